import { type ChildProcess, type SendHandle, spawn } from "node:child_process";
import { CspaceError } from "@cspace/errors";
import type { GatewaySocket } from "@cspace/gateway";
import type { DaemonErrorCode } from "../daemon-error-code.ts";
import type { EngineWatch } from "../engines/create-engine-watch.ts";
import type { Direct } from "../gateway/create-direct.ts";
import type { Front } from "../gateway/create-front.ts";
import type { Holder } from "../hold/holder.ts";
import type { HandOverRequest } from "../protocol.ts";
import type { Watcher } from "../watch/create-watcher.ts";
import type { FromPredecessor, FromSuccessor, GatewayName } from "./messages.ts";

/** How long the other daemon may take for each of its answers, in milliseconds. */
const answerMs = 10_000;

/** What is handed on. */
export interface HandOverOptions {
  readonly holder: Pick<Holder, "handOver">;
  readonly engines: Pick<EngineWatch, "endpoints">;
  readonly watcher: Pick<Watcher, "watches">;
  readonly direct: Pick<Direct, "handOver">;
  readonly front: Pick<Front, "handOver">;
  /** Called when the other one serves beside this one: makes room for it on the daemon's socket. */
  readonly onRelease: () => void;
  /** Called when it did not come to listen there: this one is to listen again. */
  readonly onReturn: () => Promise<void>;
}

/**
 * Starts another daemon, lets it go on with everything that this one holds, and resolves when it serves alone. What was
 * asked of this one's gateway still ends here. Fails without a change: then this one goes on.
 *
 * @throws {CspaceError} `CSPACE_DAEMON_FAILED`.
 */
export async function handOver(request: HandOverRequest, options: HandOverOptions): Promise<void> {
  const { holder, engines, watcher, direct, front, onRelease, onReturn } = options;
  const successor = startSuccessor(request);
  try {
    await successor.answer("here");
    const held = await holder.handOver();
    try {
      const gateways = { direct: direct.handOver(), front: front.handOver() };
      const { estate: directPorts = null, sockets: directSockets = [] } = gateways.direct ?? {};
      const { estate: frontPort = null, sockets: frontSockets = [] } = gateways.front ?? {};
      const { instances } = held;
      const watched = { engines: engines.endpoints(), watches: watcher.watches() };
      const estate = { instances, ...watched, direct: directPorts, front: frontPort };
      await successor.send({ kind: "estate", estate });
      for (const { socket, ...message } of held.leases) await successor.send(message, socket);
      await successor.send({ kind: "begin" });
      const offer = async (gateway: GatewayName, sockets: readonly GatewaySocket[]): Promise<void> => {
        for (const { protocol, handle } of sockets) {
          await successor.send({ kind: "listener", gateway, protocol }, handle as SendHandle);
        }
      };
      await offer("direct", directSockets);
      await offer("front", frontSockets);
      await successor.send({ kind: "listening" });
      await successor.answer("ready");
      onRelease();
      try {
        await successor.send({ kind: "alone" });
        await successor.answer("serving");
        for (const { socket, ...message } of held.streams) await successor.send(message, socket);
      } catch (error) {
        successor.end();
        await onReturn();
        throw error;
      }
    } catch (error) {
      held.keep();
      throw error;
    }
    // The other one serves: whatever happens now, it goes on.
    await held.letGo().catch(() => undefined);
    await successor.send({ kind: "released" }).catch(() => undefined);
    successor.leave();
  } catch (error) {
    successor.end();
    throw error;
  }
}

interface Successor {
  readonly send: (message: FromPredecessor, socket?: SendHandle) => Promise<void>;
  readonly answer: (kind: FromSuccessor["kind"]) => Promise<void>;
  readonly leave: () => void;
  readonly end: () => void;
}

function startSuccessor({ command: [file, ...args], env }: HandOverRequest): Successor {
  // Its words go where those of this one go.
  const child = spawn(file, args, {
    env,
    detached: true,
    windowsHide: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  let gone: Error | undefined;
  const leave = (): void => {
    if (child.connected) child.disconnect();
    child.unref();
  };
  child.on("error", (error) => {
    gone = failed(error.message);
  });
  child.once("exit", (code, signal) => {
    gone = failed(`it ended with ${signal ?? `exit code ${code}`}`);
  });
  return {
    send: (message, socket) =>
      new Promise((resolve, reject) => {
        const lose = (): void => reject(gone ?? failed("it hung up"));
        if (gone !== undefined || !child.connected) {
          lose();
          return;
        }
        // What waits behind a socket that is on its way is told nothing when the channel closes.
        child.once("disconnect", lose);
        child.send(message, socket, { keepOpen: true }, (error) => {
          child.off("disconnect", lose);
          if (error === null) resolve();
          else reject(failed(error.message));
        });
      }),
    answer: (kind) => waitForAnswer(child, kind, () => gone),
    leave,
    end: () => {
      child.kill("SIGKILL");
      leave();
    },
  };
}

function waitForAnswer(
  child: ChildProcess,
  kind: FromSuccessor["kind"],
  isGone: () => Error | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error): void => {
      clearTimeout(timer);
      child.off("message", onMessage);
      child.off("exit", onEnd);
      child.off("error", onEnd);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onMessage = (message: unknown): void => {
      if ((message as FromSuccessor).kind === kind) finish();
    };
    // After the listener that says why.
    const onEnd = (): void => void setImmediate(() => finish(isGone()));
    const timer = setTimeout(() => finish(failed(`it says nothing for ${answerMs / 1000} s`)), answerMs);
    child.on("message", onMessage);
    child.once("exit", onEnd);
    child.once("error", onEnd);
    if (isGone() !== undefined) finish(isGone());
  });
}

function failed(why: string): CspaceError<DaemonErrorCode> {
  const hint = "what was running goes on; read the daemon's log, or end all first: cspace down --all";
  return new CspaceError("CSPACE_DAEMON_FAILED", `the daemon cannot be replaced by another version: ${why}`, { hint });
}
