import type { NrptRule, ResolverRule, ResolverState } from "../resolver-state.ts";
import type { Machine } from "./machine.ts";
import { readNrpt } from "./read-nrpt.ts";

/** The resolver of Windows, `why` it is one to write to. */
export async function readWindows({ run, signal }: Machine, why: string): Promise<ResolverState> {
  const nrpt = await readNrpt(run, signal);
  const base = { places: [], hosts: null, hostsLeftover: null, anyPort: false, sources: [] };
  return { kind: "nrpt", why, rules: rulesOfNrpt(nrpt), nrpt, ...base };
}

/** The rules of the table that cspace added. */
function rulesOfNrpt(nrpt: readonly NrptRule[]): ResolverRule[] {
  return nrpt
    .filter(({ comment }) => comment === "cspace")
    .map(({ namespaces }) => ({
      kind: "nrpt",
      domains: namespaces.map((namespace) => namespace.replace(/^\./, "")),
      port: 53,
      names: [],
    }));
}
