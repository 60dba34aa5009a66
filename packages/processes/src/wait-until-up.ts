import type { ProcessAddress } from "./find-address.ts";
import { exitedError, stoppedError } from "./process-errors.ts";
import type { ProcessState } from "./process-state.ts";
import type { SupervisedProcess } from "./supervised-process.ts";

/** States from which a process does not come up by itself, or not soon. */
const hopeless: readonly ProcessState[] = ["running", "crash-loop", "exited", "failed", "stopped"];

/** Resolves when a process is up; rejects with why it is not when it will not be, or with the signal's reason. */
export function waitUntilUp(
  supervised: SupervisedProcess,
  name: string,
  signal: AbortSignal | undefined,
): Promise<ProcessAddress> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      forget();
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    const look = (): void => {
      const { address, state } = supervised;
      if (state === "up" && address !== null) finish(() => resolve(address));
      else if (hopeless.includes(state)) finish(() => reject(reasonOf(supervised, name)));
    };
    const onAbort = (): void => finish(() => reject(signal?.reason));
    const forget = supervised.onChange(look);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    else look();
  });
}

function reasonOf({ state, error, exit, lastLines }: SupervisedProcess, name: string): Error {
  if (state === "stopped") return stoppedError(name);
  return error ?? exitedError(name, exit, true, lastLines(10));
}
