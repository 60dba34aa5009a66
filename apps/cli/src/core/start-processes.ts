import { setTimeout } from "node:timers/promises";
import type { InstanceRecord, StepRunner } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { findFreePort } from "@cspace/ports";
import type { ProcessesErrorCode } from "@cspace/processes";
import type { Context } from "../context.ts";
import type { RunningDaemon } from "../daemon/open-daemon.ts";
import type { HeldInstance, HeldRoute, ProcessRequest } from "../daemon/protocol.ts";
import { processEnvironment } from "./process-environment.ts";
import type { RoutedProcess } from "./read-processes.ts";

/** A route that a container serves. */
export interface OtherRoute {
  readonly label: string;
  /** The names in its `env`. */
  readonly env: readonly string[];
  /** `null` when it has no port on this machine now. */
  readonly localUrl: string | null;
}

/** Options of {@link startProcesses}. */
export interface StartProcessesOptions {
  readonly record: InstanceRecord;
  readonly processes: readonly RoutedProcess[];
  /** The routes of the instance that containers serve, which processes find in their environment too. */
  readonly others: readonly OtherRoute[];
  readonly daemon: RunningDaemon;
  readonly domains: readonly string[];
  /** Where the proxy answers HTTP. */
  readonly httpPort: number;
  /** Whether all of them end first, however they are. */
  readonly recreate: boolean;
  /** How long they may take until they answer, in milliseconds; `null`: not at all. */
  readonly waitMs: number | null;
  readonly steps: StepRunner;
}

/**
 * Starts the processes of an instance that do not run as they should, and waits until every one of them listens.
 *
 * @throws {CspaceError} `CSPACE_PROCESS_EXITED` with the last lines of one that ended, `CSPACE_PROCESS_SILENT`, and the other
 * codes of @cspace/processes.
 */
export async function startProcesses(context: Context, options: StartProcessesOptions): Promise<void> {
  const { record, daemon, waitMs, recreate, steps } = options;
  const { client } = daemon;
  const before = findHeld(daemon.status.instances, record);
  await steps.run("start", async () => {
    if (recreate) await client.stop(record);
    const kept = recreate ? undefined : before;
    const processes = await buildRequests(context, options, kept);
    const after = findHeld((await client.start({ record, processes })).instances, record);
    const same = after?.routes.every(({ label, startedAt }) => {
      return kept?.routes.some((one) => one.label === label && one.startedAt === startedAt) === true;
    });
    return same === true && after?.routes.length === kept?.routes.length ? "unchanged" : "done";
  });
  await steps.run("wait", async () => {
    if (waitMs === null) return "skipped";
    await waitForProcesses(context, options, waitMs);
    return "unchanged";
  });
}

async function waitForProcesses(
  { signal, output }: Context,
  { record, daemon, processes }: StartProcessesOptions,
  waitMs: number,
): Promise<void> {
  const end = Date.now() + waitMs;
  for (;;) {
    signal.throwIfAborted();
    const held = findHeld((await daemon.client.status()).instances, record);
    const routes = processes.flatMap(({ label }) => held?.routes.find((one) => one.label === label) ?? []);
    const over = routes.find(({ state }) => ["exited", "failed", "stopped", "crash-loop"].includes(state));
    if (over !== undefined) throw failed(over);
    const waiting = routes.filter(({ state }) => state !== "up" && state !== "running");
    if (waiting.length === 0 && routes.length === processes.length) {
      // It may be meant to listen nowhere: a compiler that watches, a worker.
      const silent = routes.filter(({ state }) => state === "running").map(({ label }) => label);
      if (silent.length > 0) output.warn(`${silent.join(", ")}: runs, and listens on no port`);
      return;
    }
    if (Date.now() >= end) {
      const late = waiting.map(({ label }) => label);
      throw new CspaceError<ProcessesErrorCode>(
        "CSPACE_PROCESS_SILENT",
        `${late.join(", ")} ${late.length === 1 ? "does" : "do"} not listen after ${waitMs / 1000} s`,
        { hint: `see what it prints: cspace logs ${late[0]}; or give it longer: cspace up --wait <seconds>` },
      );
    }
    await setTimeout(50);
  }
}

function failed({ label, error }: HeldRoute): CspaceError {
  const { code, message, hint } = error ?? { code: "CSPACE_PROCESS_EXITED", message: `${label} ended`, hint: null };
  return new CspaceError(code as `CSPACE_${string}`, message, { hint: hint ?? `read all of it: cspace logs ${label}` });
}

function findHeld(all: readonly HeldInstance[], { project, instance }: InstanceRecord): HeldInstance | undefined {
  return all.find(({ record }) => record.project === project && record.instance === instance);
}

/** What the daemon is asked for: each on the port that it has already, else on a free one. */
async function buildRequests(
  context: Context,
  { record, processes, others, domains, httpPort }: StartProcessesOptions,
  kept: HeldInstance | undefined,
): Promise<ProcessRequest[]> {
  const ports = await Promise.all(
    processes.map(async ({ label, port }) => {
      if (port !== null) return port;
      const held = kept?.routes.find((route) => route.label === label && !route.leased);
      return held?.askedPort ?? (await findFreePort());
    }),
  );
  const environment = await processEnvironment({
    record,
    domains,
    httpPort,
    routes: [
      ...processes.map(({ label, env }, index) => ({ label, env, localUrl: `http://localhost:${ports[index]}` })),
      ...others,
    ],
  });
  return processes.map(({ label, command, directory, restart }, index) => ({
    label,
    command,
    cwd: directory,
    restart,
    env: environment,
    inherited: context.env,
    port: ports[index] as number,
    domains,
  }));
}
