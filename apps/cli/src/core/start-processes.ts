import { setTimeout } from "node:timers/promises";
import { type HomePaths, type InstanceRecord, type StepRunner, withLock } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { findFreePort, isPortFree } from "@cspace/ports";
import { findScript, readScripts } from "@cspace/processes";
import type { Context } from "../context.ts";
import type { RunningDaemon } from "../daemon/open-daemon.ts";
import { type HeldInstance, type HeldRoute, isOver, type ProcessRequest } from "../daemon/protocol.ts";
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
  readonly paths: HomePaths;
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
  const { record, paths, waitMs, steps } = options;
  await steps.run("start", () => {
    // What runs decides what is asked for, so nobody else may start something in between.
    const name = `processes-${record.project}--${record.instance}`;
    return withLock(paths, name, () => start(context, options), { signal: context.signal });
  });
  await steps.run("wait", async () => {
    if (waitMs === null) return "skipped";
    await waitForProcesses(context, options, waitMs);
    return "unchanged";
  });
}

async function start(context: Context, options: StartProcessesOptions): Promise<"done" | "unchanged"> {
  const { record, recreate } = options;
  const { client } = options.daemon;
  if (recreate) await client.stop(record);
  const before = findHeld((await client.status()).instances, record);
  const processes = await buildRequests(context, options, before);
  const after = findHeld((await client.start({ record, processes })).instances, record);
  const same = after?.routes.every(({ label, startedAt }) => {
    return before?.routes.some((one) => one.label === label && one.startedAt === startedAt) === true;
  });
  return same === true && after?.routes.length === before?.routes.length ? "unchanged" : "done";
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
    const over = routes.filter(({ state }) => ["failed", "stopped", "crash-loop"].includes(state));
    if (over.length > 0) throw failed(over);
    const waiting = routes.filter(({ state }) => !["up", "running", "exited"].includes(state));
    if ((waiting.length === 0 && routes.length === processes.length) || Date.now() >= end) {
      warnOfSilent(output, routes, waitMs);
      return;
    }
    await setTimeout(50);
  }
}

/** As with containers: on what listens nowhere nobody fails, and what has ended well is done. */
function warnOfSilent(output: Context["output"], routes: readonly HeldRoute[], waitMs: number): void {
  for (const { label, state } of routes) {
    // It may be meant to listen nowhere: a compiler that watches, a worker.
    if (state === "running") output.warn(`${label} runs, and listens on no port`);
    else if (state === "exited") output.warn(`${label} has ended, with code 0`);
    else if (state !== "up")
      output.warn(`${label} listens on no port after ${waitMs / 1000} s, and runs on: cspace logs ${label}`);
  }
}

function failed(all: readonly HeldRoute[]): CspaceError {
  const [{ label, error } = { label: "", error: null }, ...others] = all;
  const { code, message, hint } = error ?? { code: "CSPACE_PROCESS_EXITED", message: `${label} ended`, hint: null };
  const also = others.length === 0 ? "" : `\nas well: ${others.map((one) => one.label).join(", ")}`;
  return new CspaceError(code as `CSPACE_${string}`, `${message}${also}`, {
    hint: hint ?? `read all of it: cspace logs ${label}`,
  });
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
      if (held === undefined) return await findFreePort();
      // One that has ended has no claim on a port that is another's now.
      const isFree = !isOver(held.state) || (await isPortFree(held.askedPort)) === "free";
      return isFree ? held.askedPort : await findFreePort();
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
  return await Promise.all(
    processes.map(async ({ label, command, directory, restart, port }, index) => ({
      label,
      command,
      cwd: directory,
      restart,
      env: environment,
      inherited: context.env,
      port: ports[index] as number,
      isPortFixed: port !== null,
      script: findScript(command, await readScripts(directory)),
      domains,
    })),
  );
}
