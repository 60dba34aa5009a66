import { join } from "node:path";
import { parseRule, ruleFormats } from "../rule-formats.ts";
import { isResolved, type LinuxEvidence, type RunningProcess } from "./detect-linux.ts";
import type { Init } from "./linux-services.ts";
import type { Machine } from "./machine.ts";
import { exists, outputOf, readOrNothing } from "./read-or-nothing.ts";

const dropInFormat = ruleFormats["systemd-resolved"];

/** Reads what a Linux resolver is told by; `asksLoopback` is whether systemd-resolved asks a DNS on 127.0.0.1. */
export async function readLinuxEvidence(
  { root, run, signal }: Machine,
  processes: RunningProcess[],
): Promise<LinuxEvidence & { readonly asksLoopback: boolean }> {
  const resolved = processes.some(isResolved);
  const [nsswitch, resolvConf, dnsmasqConf, dropIn, version, servers, defaults] = await Promise.all([
    readOrNothing(join(root, "etc/nsswitch.conf")),
    readOrNothing(join(root, "etc/resolv.conf")),
    readOrNothing(join(root, "etc/dnsmasq.conf")),
    readOrNothing(join(root, dropInFormat.directory, dropInFormat.fileOf(""))),
    resolved ? outputOf(run, "systemctl", ["--version"], signal) : "",
    resolved ? outputOf(run, "resolvectl", ["dns"], signal) : "",
    resolved ? outputOf(run, "resolvectl", ["default-route"], signal) : "",
  ]);
  const ruled = parseRule("systemd-resolved", dropIn) !== undefined;
  const globals = parseLines(servers).get("Global") ?? [];
  const routes = parseLines(defaults);
  const isLoopback = (server: string): boolean => /^127\.0\.0\.1(:\d+)?$/.test(server);
  return {
    // nsswitch.conf(5): without the line, what the C library has built in.
    sources: (/^\s*hosts:([^#\n]*)/m.exec(nsswitch)?.[1] ?? "files dns").trim().split(/\s+/),
    nameservers: [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address]) => address as string),
    processes,
    systemdVersion: Number(/^systemd (\d+)/.exec(version)?.[1] ?? 0) || null,
    ruled,
    globalServers: globals.filter((server) => !ruled || !isLoopback(server)),
    networkServers: [...parseLines(servers)].some(
      ([link, list]) => link !== "Global" && list.length > 0 && routes.get(link)?.[0] !== "no",
    ),
    asksLoopback: globals.some(isLoopback),
    dnsmasqReadsDropIns: /^\s*conf-dir\s*=\s*\/etc\/dnsmasq\.d\b/m.test(dnsmasqConf),
  };
}

/** What `resolvectl` prints of each scope: `Global: 192.0.2.1`, `Link 2 (eth0): yes`. */
function parseLines(text: string): Map<string, string[]> {
  return new Map(
    [...text.matchAll(/^(Global|Link \d+ \(\S+\)):(.*)$/gm)].map(([, scope = "", words = ""]) => [
      scope,
      words.split(" ").filter(Boolean),
    ]),
  );
}

/** What starts services on this machine. */
export async function readInit(root: string): Promise<Init> {
  // sd_booted(3)
  if (await exists(join(root, "run/systemd/system"))) return "systemd";
  return (await exists(join(root, "run/openrc"))) ? "openrc" : "sysv";
}
