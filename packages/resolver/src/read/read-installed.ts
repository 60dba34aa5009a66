import { basename, join } from "node:path";
import { readFileState, temporaryPath } from "@cspace/plan";
import { readHostsBlock } from "../hosts-block.ts";
import { ownRule } from "../own-rule.ts";
import type { ResolverRule, ResolverState, RulePlace } from "../resolver-state.ts";
import { ruleFormats } from "../rule-formats.ts";
import { textOf } from "./read-place.ts";

/**
 * Reads `/etc/hosts` and gathers what cspace has installed in it and in the places.
 *
 * @param options `needed`: whether `/etc/hosts` is where the rule will be; elsewhere one that cannot be read is left alone.
 */
export async function readInstalled(
  places: readonly RulePlace[],
  root: string,
  { needed = false }: { readonly needed?: boolean } = {},
): Promise<Pick<ResolverState, "rules" | "places" | "hosts" | "hostsLeftover" | "nrpt">> {
  const path = join(root, "etc/hosts");
  const rules = places.flatMap(rulesIn);
  const [hosts, leftover] = await Promise.all([readFileState(path), readFileState(temporaryPath(path))]).catch(
    (error: unknown) => {
      if (needed) throw error;
      return [];
    },
  );
  if (hosts === undefined || leftover === undefined)
    return { rules, places, hosts: null, hostsLeftover: null, nrpt: [] };
  const names = readHostsBlock(textOf(hosts) ?? "", path);
  return {
    rules: names === undefined ? rules : [...rules, { kind: "hosts", domains: [], port: null, names }],
    places,
    hosts,
    hostsLeftover: leftover.kind === "file" ? leftover : null,
    nrpt: [],
  };
}

function rulesIn({ kind, files }: RulePlace): ResolverRule[] {
  return files.flatMap((file) => {
    const rule = ownRule(kind, file);
    if (rule === undefined) return [];
    const domains = ruleFormats[kind].perDomain ? [basename(file.path)] : rule.domains;
    return [{ kind, domains, port: rule.port, names: [] }];
  });
}
