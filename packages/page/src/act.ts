import { existsSync } from "node:fs";
import { controlInstance, type InstanceOptions, planRemoval, removeInstance } from "@cspace/instances";
import type { PageAction, PageInstance } from "./model.ts";

/** An instance as functions are told which one is meant. */
export function optionsOf(options: InstanceOptions, { project, instance, directory }: PageInstance): InstanceOptions {
  return { ...options, project, instance, cwd: existsSync(directory) ? directory : "/" };
}

/** Does something to an instance. */
export async function act(
  action: PageAction,
  options: InstanceOptions,
  { volumes }: { readonly volumes: boolean },
): Promise<void> {
  if (action === "down") await removeInstance({ ...options, volumes });
  else await controlInstance(action, { ...options, waitMs: null });
}

/** What goes with an instance, by its name: what a person is asked about before. */
export async function previewDown(options: InstanceOptions): Promise<{ readonly volumes: readonly string[] }> {
  const { steps } = await planRemoval({ ...options, volumes: true });
  const volumes = steps.flatMap(({ path }) => /^docker:volume\/(.+)$/.exec(path)?.[1] ?? []);
  return { volumes };
}
