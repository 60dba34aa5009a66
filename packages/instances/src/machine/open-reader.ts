import { type EngineReader, type HomePaths, homePaths, openEngineReader } from "@cspace/compose";
import type { Context } from "../options.ts";

/** What a command needs that only tells how things are. */
export interface Reader {
  readonly engine: EngineReader;
  readonly paths: HomePaths;
}

/** For everything that is asked before a URL is given, in milliseconds. */
export const answerMs = 2000;

/** Opens the engine for a command that only reads. */
export async function openReader({ env, platform }: Context, timeoutMs: number = answerMs): Promise<Reader> {
  const engine = await openEngineReader({ env, platform, timeoutMs });
  return { engine, paths: homePaths({ env }) };
}
