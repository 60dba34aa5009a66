import { type HomePaths, homePaths } from "@cspace/compose";
import { isCspaceError } from "@cspace/errors";
import type { Context } from "../context.ts";
import { exitCodeOf, exitCodes } from "../exit-code.ts";
import { type Machine, openEngine } from "./open-engine.ts";

/** This machine, whether an engine answers on it or not. */
export interface Host {
  readonly paths: HomePaths;
  readonly machine: Machine | undefined;
  /** Why there is no engine; `null` when there is one. */
  readonly noEngine: string | null;
}

/** Connects to the engine where there is one that can be used. */
export async function openHost(context: Context): Promise<Host> {
  const paths = homePaths({ env: context.env });
  try {
    return { paths, machine: await openEngine(context), noEngine: null };
  } catch (error) {
    if (!isCspaceError(error) || exitCodeOf(error.code) !== exitCodes.engine) throw error;
    return { paths, machine: undefined, noEngine: error.message };
  }
}
