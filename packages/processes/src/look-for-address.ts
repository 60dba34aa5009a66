import { setTimeout as wait } from "node:timers/promises";
import { findAddress } from "./find-address.ts";
import { silentError } from "./process-errors.ts";
import type { Supervision } from "./supervision.ts";

/** How long the next look is put off when a process had its time and listens nowhere, in milliseconds. */
const lateMs = 3_000;

/** Looks where a group is reached until it is or its run has ended: often at first, now and then once its time is over. */
export async function lookForAddress(
  { spec, output, live, readyMs, settleMs, system }: Supervision,
  { group, port, ended }: { readonly group: number; readonly port: number; readonly ended: AbortSignal },
): Promise<void> {
  const begin = performance.now();
  let elsewhereSince: number | null = null;
  for (let pauseMs = 25; !ended.aborted; pauseMs = Math.min(pauseMs * 1.5, live.now.hadItsTime ? lateMs : 500)) {
    const anyPort: boolean = elsewhereSince !== null && performance.now() - elsewhereSince >= settleMs;
    const found = await findAddress({ group, port, anyPort, signal: ended }, system);
    if (ended.aborted) return;
    if (found.address !== null) {
      live.error = null;
      live.change({ address: found.address, hadItsTime: true });
      return;
    }
    elsewhereSince = found.isListening ? (elsewhereSince ?? performance.now()) : null;
    if (!live.now.hadItsTime && performance.now() - begin >= readyMs) {
      live.error = silentError(spec.name, readyMs, output.linesOfRun(10));
      live.change({ hadItsTime: true });
    }
    await wait(pauseMs, undefined, { signal: ended });
  }
}
