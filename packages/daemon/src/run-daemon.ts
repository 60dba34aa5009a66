import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import {
  connectEngine,
  homePaths,
  instanceFolder,
  makeFolder,
  readMachineConfig,
  removeCatchAll,
} from "@cspace/compose";
import { createEngineWatch } from "./engines/create-engine-watch.ts";
import { createDirect } from "./gateway/create-direct.ts";
import { createFront } from "./gateway/create-front.ts";
import { serveCatchAll } from "./gateway/serve-catch-all.ts";
import { handOver } from "./hand-over/hand-over.ts";
import { type Predecessor, takeOver } from "./hand-over/take-over.ts";
import type { HeldUpstream } from "./hold/describe-held.ts";
import { createHolder } from "./hold/holder.ts";
import { supervise } from "./hold/supervise.ts";
import { openInternal } from "./internal/open-internal.ts";
import { type DaemonStatus, isOver, protocolVersion } from "./protocol.ts";
import { lookAfterSleep } from "./sleep/look-after.ts";
import { type DaemonPlace, findSocket } from "./socket/find-socket.ts";
import { listen, serveDaemon } from "./socket/serve-daemon.ts";
import { createWatcher } from "./watch/create-watcher.ts";

/** How long it stays when nothing is left to serve, in milliseconds: the next command may be about to ask for something. */
const lingerMs = 3000;

/** How long it waits, in milliseconds, for what a command is about to ask that has said so: on a busy machine that takes its time. */
const promisedMs = 10_000;

/** How long it tells why everything that it served has ended, and how long streams go on that another one took no part in. */
const afterwardsMs = 600_000;

/** Options of {@link runDaemon}. */
export interface RunDaemonOptions extends DaemonPlace {
  /** The version of cspace that it is, for people. */
  readonly version: string;
  /** Tells it to end, with all that it holds. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Answers what is asked under cspace's own hostname, and at `/.well-known/cspace` of every other. Called once, by the
   * first such request. @default nobody does
   */
  readonly answer?: ((daemon: DaemonView) => Promise<RequestListener>) | undefined;
  /** Whether `answer` shows the page as well. @default false */
  readonly hasPage?: boolean | undefined;
  /** The daemon that it goes on for. @default none */
  readonly predecessor?: Predecessor | undefined;
}

/** What those who answer for the daemon see of it. */
export interface DaemonView {
  /** The engines on which it looks after containers; the one to ask first is the last. */
  readonly engines: () => readonly string[];
  /** Calls back whenever what runs is other than before, until the result is called. */
  readonly subscribe: (onChange: () => void) => () => void;
}

/** How often it is looked whether the home is still there, in milliseconds. */
const homeMs = 5000;

/**
 * Is the daemon: holds the gateway, the processes of the host and the routes of foreground commands, until nothing of
 * these is left, until it is told to end, or until another one goes on with it.
 *
 * Rejects with `EADDRINUSE` when another daemon listens, and when `predecessor` goes away before it has handed over.
 */
export async function runDaemon(options: RunDaemonOptions): Promise<void> {
  const { version, env = process.env, platform = process.platform, signal, predecessor } = options;
  const paths = homePaths({ env });
  const socket = await findSocket({ env, platform });
  const config = await readMachineConfig(paths);
  const subscribers = new Set<() => void>();
  const tell = (): void => {
    for (const subscriber of subscribers) subscriber();
  };
  const view: DaemonView = {
    engines: () => engines.endpoints(),
    subscribe: (onChange) => {
      subscribers.add(onChange);
      return () => void subscribers.delete(onChange);
    },
  };
  const internal = await openInternal(options.answer && (() => options.answer?.(view)), {
    domains: config.domains,
    onIdle: () => waitForMore(),
  });
  const own = internal?.service;
  const direct = createDirect({ domains: config.domains, certs: paths.certs, internal: own });
  const front = createFront(config.domains, own);
  let end = (_how: "stopped" | "replaced"): void => undefined;
  const ended = new Promise<"stopped" | "replaced">((resolve) => {
    end = resolve;
  });
  let linger: NodeJS.Timeout | undefined;
  let isHandingOver = false;
  let stayUntil = 0;
  const waitForMore = (): void => {
    clearTimeout(linger);
    if (isHandingOver) return;
    const routes = holder.list().flatMap((one) => one.routes);
    const isIdle = [watcher, sleep, engines].every((one) => one.isEmpty()) && internal?.isBusy() !== true;
    if (!isIdle || !routes.every(({ state }) => isOver(state))) {
      stayUntil = 0;
      return;
    }
    const rest = routes.length === 0 ? lingerMs : afterwardsMs;
    linger = setTimeout(() => end("stopped"), Math.max(rest, stayUntil - Date.now()));
  };
  let held: readonly HeldUpstream[] = [];
  const serve = (): void => {
    // What a process serves now, nobody waits for.
    const names = new Set(held.map(({ project, instance, label }) => `${label}.${instance}.${project}`));
    const waiting = watcher.routes().filter((one) => !names.has(`${one.label}.${one.instance}.${one.project}`));
    direct.setRoutes(sleep.cover(held));
    front.setRoutes(sleep.cover([...held, ...waiting]));
    tell();
    waitForMore();
  };
  const engines = createEngineWatch({
    connect: (endpoint) => connectEngine({ env: { ...env, DOCKER_HOST: endpoint }, platform }),
    onChange: tell,
    onEmpty: waitForMore,
  });
  const watcher = createWatcher({ env, platform, onChange: serve });
  const holder = createHolder({
    startProcess: (names, request, onChange, running) =>
      supervise(request, { logs: join(instanceFolder(paths, names), "logs"), platform, onChange, running }),
    onRoutes: (routes) => {
      held = routes;
      serve();
    },
    onEmpty: waitForMore,
  });
  const sleep = lookAfterSleep({
    ...{ paths, domains: config.domains, env, platform, holder },
    traffic: () => [direct.traffic(), front.traffic()],
    onChange: serve,
  });
  const status = (): DaemonStatus => ({
    protocol: protocolVersion,
    version,
    pid: process.pid,
    gateway: { ...direct.ports(), domains: config.domains, certificateNotes: direct.certificates.notes() },
    instances: holder.list(),
    engines: engines.endpoints(),
    hasPage: options.hasPage === true,
  });
  /** Goes on with what sleeps, though no command has asked for it. */
  const revive = async (): Promise<void> => {
    await sleep.refresh();
    if (sleep.isEmpty() || front.isOpen()) return;
    const engine = await connectEngine({ env, platform });
    await serveCatchAll({ engine, paths, domains: config.domains, front });
    serve();
  };
  await makeFolder(paths.run);
  if (predecessor !== undefined) await takeOver(predecessor, { holder, engines, watcher, direct, front });
  const server = await serveDaemon({
    socket,
    holder,
    direct,
    front,
    engines,
    watcher,
    sleep,
    status,
    onStay: (ms = promisedMs) => {
      stayUntil = Math.max(stayUntil, Date.now() + ms);
      waitForMore();
    },
    onStop: () => end("stopped"),
    onHandOver: async (request) => {
      isHandingOver = true;
      clearTimeout(linger);
      try {
        await handOver(request, {
          holder,
          engines,
          watcher,
          direct,
          front,
          onRelease: () => void server.close(),
          onReturn: async () => {
            await rm(socket, { force: true });
            await listen(server, socket);
          },
        });
      } catch (error) {
        isHandingOver = false;
        waitForMore();
        throw error;
      }
      end("replaced");
    },
  });
  predecessor?.say("serving");
  // Without an engine there is nothing to hand on; the next command tells why.
  revive().catch(() => undefined);
  if (signal?.aborted === true) end("stopped");
  signal?.addEventListener("abort", () => end("stopped"), { once: true });
  waitForMore();
  // Whoever removes the home has no other way left to end it.
  const look = setInterval(() => {
    if (platform !== "win32" && !isHandingOver && !existsSync(socket)) end("stopped");
  }, homeMs);
  const how = await ended;
  clearInterval(look);
  clearTimeout(linger);
  engines.close();
  internal?.close();
  watcher.close();
  await sleep.close({ unpin: how === "stopped" });
  if (how === "stopped") {
    server.close();
    server.closeAllConnections();
    if (platform !== "win32") await rm(socket, { force: true });
    const engine = front.isOpen() ? await connectEngine({ env, platform }).catch(() => undefined) : undefined;
    // Ensuring the proxy removes what is left.
    if (front.isOpen()) await removeCatchAll(engine, paths).catch(() => undefined);
  }
  const drain = how === "replaced" ? { drainTimeoutMs: afterwardsMs } : {};
  await Promise.all([holder.close(), direct.release(drain), front.close(drain)]);
}
