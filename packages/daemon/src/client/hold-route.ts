import { setTimeout } from "node:timers/promises";
import type { LeaseRequest } from "../protocol.ts";
import type { DaemonClient, Lease } from "./daemon-client.ts";

/** Options of {@link holdRoute}. */
export interface HoldRouteOptions {
  readonly request: LeaseRequest;
  /** The daemon that runs now. */
  readonly client: Pick<DaemonClient, "lease">;
  /** Makes sure that a daemon runs and serves processes, when the one before has gone. */
  readonly serve: () => Promise<Pick<DaemonClient, "lease">>;
  /** Called once for every time the route is lost, when it cannot be had back at once; it is tried again. */
  readonly onFailure: (reason: string) => void;
  /** How long the first pause between two tries is, in milliseconds; each is twice as long, up to 50 times. @default 100 */
  readonly pauseMs?: number;
}

/** A route that is held until it is released, whatever becomes of the daemon. */
export interface RouteHold {
  /** Leads the route to another port. */
  readonly lead: (port: number) => void;
  readonly release: () => void;
}

/** Takes a route and holds it; `undefined` when its label is taken. Nothing fails once it is held. */
export async function holdRoute(options: HoldRouteOptions): Promise<RouteHold | undefined> {
  const { request, client, serve, onFailure, pauseMs = 100 } = options;
  const first = await client.lease(request);
  if (first === undefined) return undefined;
  const released = new AbortController();
  let port = request.port;
  let running: HoldRouteOptions["client"] | undefined = client;
  let wake = (): void => undefined;

  /** Takes it with a back-off until it is there; `undefined` when it is released first. */
  const takeBack = async (): Promise<Held | undefined> => {
    for (
      let tries = 1, pause = pauseMs;
      !released.signal.aborted;
      tries += 1, pause = Math.min(pause * 2, pauseMs * 50)
    ) {
      const reason = await tryToTake().catch((error: unknown) => {
        running = undefined;
        return error instanceof Error ? error.message : String(error);
      });
      if (typeof reason !== "string") return reason;
      // A daemon that has just ended, or a connection that it has not missed yet, is no failure.
      if (tries === 4) onFailure(reason);
      await setTimeout(pause, undefined, { signal: released.signal }).catch(() => undefined);
    }
    return undefined;
  };
  const tryToTake = async (): Promise<Held | string> => {
    const taken = port;
    running ??= await serve();
    const lease = await running.lease({ ...request, port: taken });
    return lease === undefined ? `${request.label} is served by another command` : { lease, port: taken };
  };

  const keep = async (): Promise<void> => {
    let held: Held | undefined = { lease: first, port };
    while (held !== undefined) {
      const { lease }: Held = held;
      if (held.port === port && !released.signal.aborted) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const isLost = await Promise.race([lease.lost.then(() => true), woken.then(() => false)]);
        if (isLost) running = undefined;
      }
      lease.release();
      held = await takeBack();
    }
  };
  void keep();

  return {
    lead: (other) => {
      if (port === other) return;
      port = other;
      wake();
    },
    release: () => {
      released.abort();
      wake();
    },
  };
}

interface Held {
  readonly lease: Lease;
  readonly port: number;
}
