import { CspaceError } from "@cspace/errors";
import type { DaemonErrorCode } from "../daemon-error-code.ts";

/** Lets changes pass until something shuts it. */
export interface Gate {
  /**
   * Makes a change; waits while the gate is shut.
   *
   * @throws {CspaceError} `CSPACE_DAEMON_REPLACED` when it stays shut.
   */
  readonly pass: <Result>(change: () => Promise<Result>) => Promise<Result>;
  /** Lets all changes end, and none begin before `act` has failed; when it succeeds the gate stays shut. */
  readonly shut: (act: () => Promise<void>) => Promise<void>;
}

/** Makes one that is open. */
export function createGate(): Gate {
  const passing = new Set<Promise<unknown>>();
  /** Resolves to whether it stays shut. */
  let shutting: Promise<boolean> = Promise.resolve(false);
  return {
    pass: async (change) => {
      if (await shutting) throw replaced();
      const passed = change();
      const settled = passed.catch(() => undefined).finally(() => passing.delete(settled));
      passing.add(settled);
      return await passed;
    },
    shut: async (act) => {
      const before = shutting;
      const acted = (async () => {
        if (await before) throw replaced();
        await Promise.all(passing);
        await act();
      })();
      shutting = acted.then(
        () => true,
        () => before,
      );
      await acted;
    },
  };
}

function replaced(): CspaceError<DaemonErrorCode> {
  return new CspaceError("CSPACE_DAEMON_REPLACED", "the daemon was replaced by another version meanwhile", {
    hint: "run the command again",
  });
}
