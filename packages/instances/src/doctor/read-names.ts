import { readFile } from "node:fs/promises";
import { readMachineConfig } from "@cspace/compose";
import type { HostsEvidence, NamesEvidence } from "@cspace/doctor";
import { needsNoRule } from "@cspace/hostnames";
import { openHost } from "../machine/open-host.ts";
import { readHostDns } from "../names/read-host-dns.ts";
import { readTunnels } from "./read-tunnels.ts";
import type { Reading } from "./reading.ts";

/** What became of every domain in the host's resolver. */
export async function readNames({ context, timeoutMs }: Reading): Promise<NamesEvidence[]> {
  const { platform, signal } = context;
  const dns = await readHostDns(await openHost(context), context);
  const { verifyResolver } = await import("@cspace/resolver");
  const { states, domains, names, listening } = dns;
  const [reports, tunnels] = await Promise.all([
    verifyResolver(states, { domains, names, port: listening, timeoutMs, signal }),
    readTunnels({ platform, signal }),
  ]);
  return reports.map(({ domain, state, reason, fix, kind }) => {
    const why = states.find((one) => one.kind === kind)?.why ?? "";
    return {
      domain,
      state,
      reason,
      fix,
      resolver: `${kind}: ${why}`,
      isBuiltIn: needsNoRule(domain) && platform !== "darwin",
      isNamed: kind !== "hosts" || names.some((name) => name.endsWith(`.${domain}`)),
      tunnels,
    };
  });
}

/** What the machine's own file says of names under its domains, in lines that are not cspace's. */
export async function readHosts({ paths, context }: Reading): Promise<HostsEvidence[]> {
  const path = context.platform === "win32" ? "C:\\Windows\\System32\\drivers\\etc\\hosts" : "/etc/hosts";
  const [{ domains }, text] = await Promise.all([readMachineConfig(paths), readFile(path, "utf8").catch(() => "")]);
  const lines = text.split("\n").flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    return address === undefined || names.length === 0 ? [] : [{ address, names }];
  });
  return domains.map((domain) => ({
    domain,
    lines: lines.flatMap(({ address, names }) => {
      const own = names.filter((name) => name === domain || name.endsWith(`.${domain}`));
      return own.length === 0 ? [] : [{ address, names: own }];
    }),
  }));
}
