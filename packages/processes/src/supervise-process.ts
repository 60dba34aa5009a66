import { setTimeout as wait } from "node:timers/promises";
import { adoptProcess } from "./adopt-process.ts";
import { createLog } from "./create-log.ts";
import { createOutput } from "./create-output.ts";
import { findAddress } from "./find-address.ts";
import { findGivenPort } from "./find-given-port.ts";
import { planCommand } from "./plan-command.ts";
import { defaultBackoff, planRestart } from "./plan-restart.ts";
import { describeEnd, exitedError, silentError } from "./process-errors.ts";
import { deriveState, type ProcessFacts } from "./process-state.ts";
import { readScripts } from "./read-scripts.ts";
import { type ProcessExit, type StartedProcess, startProcess } from "./start-process.ts";
import { isGroupAlive, stopGroup } from "./stop-group.ts";
import type {
  ProcessHandOver,
  ProcessSpec,
  RunningProcess,
  SupervisedProcess,
  SuperviseProcessOptions,
} from "./supervised-process.ts";
import { thisSystem } from "./system.ts";
import { waitUntilUp } from "./wait-until-up.ts";

/** How long the next look is put off when a process had its time and listens nowhere, in milliseconds. */
const lateMs = 3_000;

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
  const halt = new AbortController();
  const listeners = new Set<() => void>();
  /** Aborted when somebody else goes on with it. */
  const left = new AbortController();
  let { running } = options;
  let child: StartedProcess | null = null;
  /** Resolves when it is settled who goes on with it; nothing is started before. */
  let offered: Promise<void> = Promise.resolve();
  let given: number | null = options.running?.port ?? spec.preferredPort ?? null;
  let error: Error | null = null;
  let restarts = 0;
  let facts: ProcessFacts = {
    pid: null,
    address: null,
    hadItsTime: false,
    exit: null,
    isOver: false,
    isAwaited: false,
    isLooping: false,
    stop: "no",
  };
  const change = (changed: Partial<ProcessFacts>): void => {
    facts = { ...facts, ...changed };
    for (const listener of [...listeners]) listener();
  };

  const start = async (): Promise<StartedProcess> => {
    given = await findGivenPort(spec, given);
    const scripts = await readScripts(spec.cwd);
    const { host, domains } = spec;
    const planned = planCommand(spec.command, {
      port: given,
      scripts,
      platform: system.platform,
      ...(host === undefined ? {} : { host }),
      ...(domains === undefined ? {} : { domains }),
    });
    halt.signal.throwIfAborted();
    await output.note(`$ ${planned.command}`);
    const { PORT, HOST } = planned.env;
    const variables = { ...env, ...planned.env, ...spec.env, PORT, HOST };
    return startProcess(planned.command, { cwd: spec.cwd, env: variables, platform: system.platform });
  };

  const adopt = ({ pid, sockets }: RunningProcess): StartedProcess =>
    adoptProcess({ pid, sockets, signal: left.signal }, system);

  /** Looks for the port until there is one or the run is over, and now and then only once its time is over. */
  const look = async (group: number, ended: AbortSignal): Promise<void> => {
    const begin = performance.now();
    let elsewhereSince: number | null = null;
    for (let pauseMs = 25; !ended.aborted; pauseMs = Math.min(pauseMs * 1.5, facts.hadItsTime ? lateMs : 500)) {
      const anyPort: boolean = elsewhereSince !== null && performance.now() - elsewhereSince >= settleMs;
      const found = await findAddress({ group, port: given ?? 0, anyPort, signal: ended }, system);
      if (ended.aborted) return;
      if (found.address !== null) {
        error = null;
        change({ address: found.address, hadItsTime: true });
        return;
      }
      elsewhereSince = found.isListening ? (elsewhereSince ?? performance.now()) : null;
      if (!facts.hadItsTime && performance.now() - begin >= readyMs) {
        error = silentError(spec.name, readyMs, output.linesOfRun(10));
        change({ hadItsTime: true });
      }
      await wait(pauseMs, undefined, { signal: ended });
    }
  };

  /** One run, from its start until nothing of its group is left, or somebody else goes on with it. */
  const run = async (): Promise<ProcessExit | null> => {
    output.begin();
    const before = running;
    running = undefined;
    const started = before === undefined ? await start() : adopt(before);
    child = started;
    const ended = new AbortController();
    error = null;
    const { address = null, hadItsTime = false } = before ?? {};
    change({ pid: started.pid, address, hadItsTime });
    const take = async (): Promise<void> => {
      const { stdout, stderr } = await started.streams;
      await Promise.all([output.take(stdout, "out"), output.take(stderr, "err")]);
    };
    const streams = take();
    // It is waited for below, and may fail before.
    streams.catch(() => undefined);
    const looking = (address === null ? look(started.pid, ended.signal) : Promise.resolve()).catch((cause: unknown) => {
      if (ended.signal.aborted) return;
      error = asError(cause);
      change({ hadItsTime: true });
    });
    if (halt.signal.aborted && !left.signal.aborted) await stopGroup(started.pid, system, { graceMs });
    const exit = await Promise.race([endOf(started), aborted(left.signal)]);
    ended.abort();
    if (exit === null) {
      (await started.streams).release();
      await Promise.all([streams, looking]);
      return null;
    }
    // What left the group may hold the streams open.
    const late = new AbortController();
    await Promise.race([streams, wait(500, undefined, { signal: late.signal })]).finally(() => late.abort());
    (await started.streams).release();
    await Promise.all([streams, looking]);
    await output.note(describeEnd(exit));
    return exit;
  };

  /** How a process ended, once nothing of its group is left. */
  const endOf = async ({ pid, exited }: StartedProcess): Promise<ProcessExit> => {
    const exit = await exited;
    while (!left.signal.aborted && (await isGroupAlive(pid, system))) await wait(facts.stop === "no" ? 250 : 20);
    return exit;
  };

  const supervise = async (): Promise<void> => {
    for (let shortRuns = 0; !halt.signal.aborted; ) {
      const begun = performance.now();
      let exit: ProcessExit | null = null;
      try {
        exit = await run();
        if (left.signal.aborted) return;
        const isEarly = facts.address === null;
        if (exit?.code !== 0 || isEarly) error = exitedError(spec.name, exit, isEarly, output.linesOfRun(10));
      } catch (cause) {
        if (left.signal.aborted) return;
        if (!halt.signal.aborted) error = asError(cause);
      }
      const ranMs = performance.now() - begun;
      const plan = planRestart({ exit, ranMs, shortRuns }, spec.restart ?? "no", backoff);
      shortRuns = plan.shortRuns;
      const isAwaited = plan.delayMs !== null && !halt.signal.aborted;
      const isLooping = isAwaited && shortRuns >= backoff.loopAfter;
      change({ pid: null, address: null, exit, isOver: true, isAwaited, isLooping });
      if (plan.delayMs === null) return;
      await wait(plan.delayMs, undefined, { signal: halt.signal }).catch(() => undefined);
      await offered;
      if (halt.signal.aborted) return;
      restarts += 1;
      change({ isOver: false, isAwaited: false });
    }
  };

  const finished = supervise().finally(async () => {
    signal?.removeEventListener("abort", onAbort);
    await log?.close();
  });

  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    halt.abort();
    change({ stop: "asked" });
    if (facts.pid !== null) await stopGroup(facts.pid, system, { graceMs });
    await finished;
    change({ stop: "done" });
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
      error = asError(cause);
      change({});
    });
  };
  const onChange = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

  /** Resolves when one runs, or none will before a while is over. */
  const settled = (): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (facts.pid === null && !facts.isOver && facts.stop === "no") return;
        forget();
        resolve();
      };
      const forget = onChange(look);
      look();
    });
  const handOver = async (): Promise<ProcessHandOver | null> => {
    await settled();
    const { pid, address, hadItsTime, stop } = facts;
    if (stop !== "no") return null;
    const started = pid === null ? null : child;
    const streams = await started?.streams;
    streams?.hold();
    let settle = (): void => undefined;
    offered = new Promise((resolve) => {
      settle = resolve;
    });
    return {
      running:
        started === null || streams === undefined
          ? null
          : { pid: started.pid, port: given ?? 0, address, hadItsTime, sockets: streams.sockets },
      keep: () => {
        streams?.resume();
        settle();
      },
      letGo: async () => {
        left.abort();
        halt.abort();
        settle();
        await finished;
        change({ stop: "done" });
      },
    };
  };
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });

  const supervised: SupervisedProcess = {
    get state() {
      return deriveState(facts);
    },
    get pid() {
      return facts.pid;
    },
    get port() {
      return facts.address?.port ?? null;
    },
    get address() {
      return facts.address;
    },
    get exit() {
      return facts.exit;
    },
    get restarts() {
      return restarts;
    },
    get error() {
      return error;
    },
    get logFailure() {
      return log?.failure ?? null;
    },
    ready: ({ signal: waiting } = {}) => waitUntilUp(supervised, spec.name, waiting),
    onChange,
    handOver,
    lastLines: output.lastLines,
    async refresh() {
      const { pid } = facts;
      if (pid === null || given === null || facts.stop !== "no") return;
      const { address } = await findAddress({ group: pid, port: given, anyPort: true, signal: halt.signal }, system);
      if (facts.pid !== pid || facts.stop !== "no") return;
      if (address !== null) error = null;
      if (address !== null || facts.address !== null) change({ address, hadItsTime: true });
    },
    stop: stopOnce,
  };
  return supervised;
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), { once: true });
  });
}

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)));
