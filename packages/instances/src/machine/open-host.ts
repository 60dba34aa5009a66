import { type HomePaths, homePaths, isEngineError } from "@cspace/compose";
import type { Context } from "../options.ts";
import { type Machine, openEngine } from "./open-engine.ts";

/** This machine, whether an engine answers on it or not. */
export interface Host {
  readonly paths: HomePaths;
  readonly machine: Machine | undefined;
  /** Why there is no engine; `null` when there is one. */
  readonly noEngine: string | null;
}

/** Connects to the engine where there is one that can be used. */
export async function openHost(context: Pick<Context, "env" | "platform">): Promise<Host> {
  const paths = homePaths({ env: context.env });
  try {
    return { paths, machine: await openEngine(context), noEngine: null };
  } catch (error) {
    if (!isEngineError(error)) throw error;
    return { paths, machine: undefined, noEngine: error.message };
  }
}
