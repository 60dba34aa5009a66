import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { defaultDomains } from "@cspace/hostnames";
import type { FileKind } from "../resolver-state.ts";
import { parseRule, ruleFormats } from "../rule-formats.ts";

/** Options of {@link readRulePort}. */
export interface ReadRulePortOptions {
  /** What this machine serves; macOS keeps a file for each. @default cspace's default domains */
  readonly domains?: readonly string[];
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
  /** The folder that every path is below. @default "/" */
  readonly root?: string;
}

const kinds: Readonly<Partial<Record<NodeJS.Platform, readonly FileKind[]>>> = {
  darwin: ["macos"],
  linux: ["systemd-resolved", "dns-delegate", "networkmanager", "dnsmasq"],
};

/**
 * The DNS port that an installed rule names; `null` without one, and for Windows, whose rules name none. Reads a few small
 * files, so that it may be asked at every start.
 *
 * @example
 * ```ts
 * await readRulePort(); //=> 53
 * ```
 */
export async function readRulePort(options: ReadRulePortOptions = {}): Promise<number | null> {
  const { domains = defaultDomains, platform = process.platform, root = "/" } = options;
  const ports = await Promise.all(
    (kinds[platform] ?? []).flatMap((kind) => {
      const { directory, fileOf } = ruleFormats[kind];
      const paths = new Set(domains.map((domain) => join(root, directory, fileOf(domain))));
      return [...paths].map(async (path) => parseRule(kind, await readFile(path, "utf8").catch(() => ""))?.port);
    }),
  );
  return ports.find((port) => port !== undefined) ?? null;
}
