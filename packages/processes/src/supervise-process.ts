import { setTimeout as wait } from "node:timers/promises";
import { adoptProcess } from "./adopt-process.ts";
import { createLog } from "./create-log.ts";
import { createOutput } from "./create-output.ts";
import { findAddress } from "./find-address.ts";
import { findGivenPort } from "./find-given-port.ts";
import { createLiveFacts } from "./live-facts.ts";
import { offerProcess } from "./offer-process.ts";
import { defaultBackoff, planRestart } from "./plan-restart.ts";
import { asError, exitedError } from "./process-errors.ts";
import { deriveState } from "./process-state.ts";
import { startAtPort } from "./start-at-port.ts";
import type { ProcessExit, StartedProcess } from "./start-process.ts";
import { stopGroup } from "./stop-group.ts";
import type { ProcessSpec, SupervisedProcess, SuperviseProcessOptions } from "./supervised-process.ts";
import { thisSystem } from "./system.ts";
import { waitUntilUp } from "./wait-until-up.ts";
import { watchRun } from "./watch-run.ts";

/**
 * Starts a process, and watches over it until it ends or is stopped: finds the port it takes, writes its log, starts it
 * again when it is to be.
 *
 * It runs as long as anything of its group does: a shell may end before the server it started.
 *
 * @example
 * ```ts
 * const dev = superviseProcess({ name: "dev", command: "npm run dev", cwd: "/home/ada/shop", domains: ["cspace.local"] });
 * const { host, port } = await dev.ready();
 * await dev.stop();
 * ```
 */
export function superviseProcess(spec: ProcessSpec, options: SuperviseProcessOptions = {}): SupervisedProcess {
  const { keepLines = 1_000, readyMs = 60_000, settleMs = 1_000, graceMs = 5_000, signal } = options;
  const { env = process.env, system = thisSystem } = options;
  const backoff = { ...defaultBackoff, ...options.backoff };
  const log = options.log === undefined ? null : createLog({ ...options.log, name: spec.name });
  const output = createOutput({ log, keepLines });
  const live = createLiveFacts();
  const halt = new AbortController();
  const left = new AbortController();
  const timing = { readyMs, settleMs, graceMs };
  const supervision = { spec, system, env, ...timing, output, live, halt: halt.signal, left: left.signal };
  let { running } = options;
  let started: StartedProcess | null = null;
  let given: number | null = running?.port ?? spec.preferredPort ?? null;
  /** Resolves when it is settled who goes on with it; nothing is started before. */
  let offered: Promise<void> = Promise.resolve();
  let restarts = 0;

  const run = async (): Promise<ProcessExit | null> => {
    output.begin();
    const before = running;
    running = undefined;
    if (before !== undefined) started = adoptProcess({ ...before, signal: left.signal }, system);
    else {
      given = await findGivenPort(spec, given);
      started = await startAtPort(supervision, given);
    }
    return await watchRun(supervision, { started, port: given ?? 0, before });
  };

  const supervise = async (): Promise<void> => {
    for (let shortRuns = 0; !halt.signal.aborted; ) {
      const begin = performance.now();
      let exit: ProcessExit | null = null;
      try {
        exit = await run();
        if (left.signal.aborted) return;
        const isEarly = live.now.address === null;
        if (exit?.code !== 0 || isEarly) live.error = exitedError(spec.name, exit, isEarly, output.linesOfRun(10));
      } catch (cause) {
        if (left.signal.aborted) return;
        if (!halt.signal.aborted) live.error = asError(cause);
      }
      const ranMs = performance.now() - begin;
      const plan = planRestart({ exit, ranMs, shortRuns }, spec.restart ?? "no", backoff);
      shortRuns = plan.shortRuns;
      const isAwaited = plan.delayMs !== null && !halt.signal.aborted;
      const isLooping = isAwaited && shortRuns >= backoff.loopAfter;
      live.change({ pid: null, address: null, exit, isOver: true, isAwaited, isLooping });
      if (plan.delayMs === null) return;
      await wait(plan.delayMs, undefined, { signal: halt.signal }).catch(() => undefined);
      await offered;
      if (halt.signal.aborted) return;
      restarts += 1;
      live.change({ isOver: false, isAwaited: false });
    }
  };

  const finished = supervise().finally(async () => {
    signal?.removeEventListener("abort", onAbort);
    await log?.close();
  });

  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    halt.abort();
    live.change({ stop: "asked" });
    if (live.now.pid !== null) await stopGroup(live.now.pid, system, { graceMs });
    await finished;
    live.change({ stop: "done" });
  };
  const stopOnce = (): Promise<void> => {
    stopped ??= stop().catch((cause: unknown) => {
      // It can be tried again.
      stopped = null;
      throw cause;
    });
    return stopped;
  };
  const onAbort = (): void => {
    stopOnce().catch((cause: unknown) => {
      live.error = asError(cause);
      live.change({});
    });
  };
  const leave = async (): Promise<void> => {
    left.abort();
    halt.abort();
    await finished;
    live.change({ stop: "done" });
  };
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });

  const supervised: SupervisedProcess = {
    get state() {
      return deriveState(live.now);
    },
    get pid() {
      return live.now.pid;
    },
    get port() {
      return live.now.address?.port ?? null;
    },
    get address() {
      return live.now.address;
    },
    get exit() {
      return live.now.exit;
    },
    get restarts() {
      return restarts;
    },
    get error() {
      return live.error;
    },
    get logFailure() {
      return log?.failure ?? null;
    },
    ready: ({ signal: waiting } = {}) => waitUntilUp(supervised, spec.name, waiting),
    onChange: live.onChange,
    handOver: () =>
      offerProcess({
        live,
        started: () => started,
        port: () => given ?? 0,
        leave,
        onOffer: (settled) => {
          offered = settled;
        },
      }),
    lastLines: output.lastLines,
    async refresh() {
      const { pid, stop } = live.now;
      if (pid === null || given === null || stop !== "no") return;
      const { address } = await findAddress({ group: pid, port: given, anyPort: true, signal: halt.signal }, system);
      if (live.now.pid !== pid || live.now.stop !== "no") return;
      if (address !== null) live.error = null;
      if (address !== null || live.now.address !== null) live.change({ address, hadItsTime: true });
    },
    stop: stopOnce,
  };
  return supervised;
}
