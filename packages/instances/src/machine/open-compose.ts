import { createComposeRunner, type HomePaths, homePaths, type RunCompose, resolveEndpoint } from "@cspace/compose";
import type { Context } from "../options.ts";

/** Compose against the engine that the environment names, and cspace's home. */
export interface ComposeHost {
  readonly compose: RunCompose;
  readonly endpoint: string;
  readonly paths: HomePaths;
}

/** Finds the engine's endpoint without asking the engine anything. */
export async function openCompose({ env, platform }: Pick<Context, "env" | "platform">): Promise<ComposeHost> {
  const endpoint = await resolveEndpoint({ env, platform });
  return { compose: createComposeRunner({ endpoint, env }), endpoint, paths: homePaths({ env }) };
}
