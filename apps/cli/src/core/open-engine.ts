import { connectEngine, type DockerEngine } from "@cspace/compose";
import type { Context } from "../context.ts";
import { type ComposeHost, openCompose } from "./open-compose.ts";

/** The engine, Compose beside it, and cspace's home. */
export interface Machine extends ComposeHost {
  readonly engine: DockerEngine;
}

/** Connects to the engine that the context's environment names. */
export async function openEngine(context: Context): Promise<Machine> {
  const { env, platform } = context;
  const [host, engine] = await Promise.all([openCompose(context), connectEngine({ env, platform })]);
  return { ...host, engine };
}
