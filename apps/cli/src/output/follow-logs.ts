import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { ExitWith } from "../exit-with.ts";

/** Prints logs as they come, until Ctrl-C, which is how it ends; who reads JSON Lines is told that they are cut off. */
export async function followLogs(
  { signal, output }: Context,
  print: () => Promise<unknown>,
): Promise<ExitWith | undefined> {
  try {
    await print();
    return undefined;
  } catch (error) {
    if (!signal.aborted || output.json) throw error;
    return new ExitWith(exitCodes.interrupted);
  }
}
