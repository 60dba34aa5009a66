import type { InstanceRecord } from "@cspace/compose";
import type { HeldInstance } from "@cspace/daemon";
import { needsNoRule } from "@cspace/hostnames";
import { resolveName } from "@cspace/ports";
import { readListeners, thisSystem } from "@cspace/processes";
import { readProcessLog } from "../logs/process-logs.ts";
import type { Context } from "../options.ts";
import type { RoutedProcess } from "./read-processes.ts";

/** How a server says that a port is another's: Node's `EADDRINUSE`, and the words of Vite, Python, Go and Ruby. */
const inUse = /EADDRINUSE|already in use|address in use/i;

/** What the processes of an instance are told of, once they run. */
export interface StartedProcesses {
  readonly record: InstanceRecord;
  readonly processes: readonly RoutedProcess[];
  /** All that the daemon holds. */
  readonly held: readonly HeldInstance[];
  readonly domains: readonly string[];
}

/** Tells of ports that processes wanted and did not get, of those that they have besides, and of URLs that only browsers find. */
export async function warnAboutProcesses(context: Context, started: StartedProcesses): Promise<void> {
  const { record, held } = started;
  const own = held.find((one) => one.record.project === record.project && one.record.instance === record.instance);
  for (const { label, pid, port } of own?.routes ?? []) {
    for (const wanted of await readRefusedPorts(context, record, label)) {
      if (wanted === port) continue;
      const holder = await findHolder(wanted, held);
      context.onWarning(`${label} wanted port ${wanted} as well, which ${holder ?? "another program"} has`);
    }
    const listeners = typeof pid === "number" ? await readListeners(pid, thisSystem) : null;
    const further = [...new Set((listeners ?? []).map((one) => one.port))].filter((one) => one !== port);
    if (further.length > 0) {
      context.onNote(
        `${label} listens on ${further.join(", ")} as well, under no name; one process for each has: "processes" in .cspace.json`,
      );
    }
  }
  await noteBrowserUrls(context, started);
}

/** The ports that its lines since its last start call taken. */
async function readRefusedPorts(context: Context, record: InstanceRecord, label: string): Promise<ReadonlySet<number>> {
  const ports = new Set<number>();
  try {
    for await (const { stream, line } of readProcessLog(context, record, label, {
      follow: false,
      tail: 100,
      since: undefined,
    })) {
      if (stream === "note" && line.startsWith("$ ")) ports.clear();
      const [, port] = inUse.test(line) ? (/\b(?:port\s+|:)(\d{2,5})\b/i.exec(line) ?? []) : [];
      if (port !== undefined) ports.add(Number(port));
    }
  } catch {
    // That a log cannot be read is said where it is asked for.
  }
  return ports;
}

async function findHolder(port: number, held: readonly HeldInstance[]): Promise<string | undefined> {
  for (const { record, routes } of held) {
    for (const { label, pid } of routes) {
      const listeners = typeof pid === "number" ? await readListeners(pid, thisSystem) : null;
      if (listeners?.some((one) => one.port === port)) return `${label} of ${record.instance} of ${record.project}`;
    }
  }
  return undefined;
}

/** A variable of a route is read by servers too, who ask the system for names that browsers find by themselves. */
async function noteBrowserUrls({ onNote }: Context, { record, processes, domains }: StartedProcesses): Promise<void> {
  const names = processes.flatMap(({ env }) => env);
  const [first = "", builtIn] = [domains[0], domains.find(needsNoRule)];
  if (names.length === 0 || builtIn === undefined) return;
  const label = processes[0]?.label ?? "";
  const find = (domain: string) => resolveName(`${label}.${record.instance}.${record.project}.${domain}`);
  if ((await find(first)) === "loopback" || (await find(builtIn)) === "loopback") return;
  onNote(
    `${names.join(", ")}: a URL that browsers find, and programs on this machine do not; once, to change that: cspace init --localhost`,
  );
}
