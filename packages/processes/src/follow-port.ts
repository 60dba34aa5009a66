import { setTimeout } from "node:timers/promises";
import { findAddress } from "./find-address.ts";

/** Options of {@link followPort}. */
export interface FollowPortOptions {
  readonly pid: number;
  /** The port that it was told to take. */
  readonly port: number;
  /** Called with the port that it took, whenever that is another. */
  readonly onPort: (port: number) => void;
  readonly signal: AbortSignal;
}

/** How long a program that listens elsewhere may take to listen where it was told to, in milliseconds. */
const settleMs = 1000;

/** Watches on which port a program and what it started listen, until the signal. */
export async function followPort({ pid, port, onPort, signal }: FollowPortOptions): Promise<void> {
  let current = port;
  let elsewhereSince: number | undefined;
  for (let pauseMs = 50; !signal.aborted; pauseMs = Math.min(pauseMs * 1.3, 1000)) {
    await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const anyPort = elsewhereSince !== undefined && performance.now() - elsewhereSince >= settleMs;
    const { address, isListening } = await findAddress({ group: pid, port, anyPort });
    if (address === null) elsewhereSince = isListening ? (elsewhereSince ?? performance.now()) : undefined;
    else if (address.port !== current) {
      current = address.port;
      onPort(current);
    }
  }
}
