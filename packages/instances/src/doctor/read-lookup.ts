import { readFile } from "node:fs/promises";
import { readMachineConfig } from "@cspace/compose";
import type { LookupEvidence } from "@cspace/doctor";
import type { Reading } from "./reading.ts";

/**
 * What the C library does with names before it asks, where it is told by files: on Linux.
 *
 * @see resolv.conf(5) and nsswitch.conf(5), of which the defaults are
 */
export async function readLookup({ context, paths }: Reading): Promise<LookupEvidence | undefined> {
  if (context.platform !== "linux") return undefined;
  const [{ domains }, resolv, nsswitch] = await Promise.all([
    readMachineConfig(paths),
    readFile("/etc/resolv.conf", "utf8").catch(() => ""),
    readFile("/etc/nsswitch.conf", "utf8").catch(() => ""),
  ]);
  const words = (line: string | undefined): string[] => (line ?? "").trim().split(/\s+/).filter(Boolean);
  return {
    domains,
    // Of several lines the last counts.
    search: words([...resolv.matchAll(/^\s*(?:search|domain)\s+(.*)$/gm)].at(-1)?.[1]).filter((one) => one !== "."),
    ndots: Number([...resolv.matchAll(/^\s*options\b.*\bndots:(\d+)/gm)].at(-1)?.[1] ?? 1),
    sources: words(/^\s*hosts:([^#\n]*)/m.exec(nsswitch)?.[1] ?? "files dns"),
  };
}
