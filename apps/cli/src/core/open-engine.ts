import {
  connectEngine,
  createComposeRunner,
  type DockerEngine,
  type HomePaths,
  homePaths,
  type RunCompose,
} from "@cspace/compose";
import type { Context } from "../context.ts";

/** The engine, Compose beside it, and cspace's home. */
export interface Machine {
  readonly engine: DockerEngine;
  readonly compose: RunCompose;
  readonly paths: HomePaths;
}

/** Connects to the engine that the context's environment names. */
export async function openEngine(context: Context): Promise<Machine> {
  const { env, platform } = context;
  const engine = await connectEngine({ env, platform });
  return { engine, compose: createComposeRunner({ endpoint: engine.endpoint, env }), paths: homePaths({ env }) };
}
