import type { RunCompose } from "../engine/run-compose.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { composeArguments } from "../model/compose-model.ts";
import { overridePath } from "./instance-record.ts";
import type { InstancePlan } from "./plan-instance.ts";

/** Options of {@link runForInstance}. */
export interface RunForInstanceOptions {
  readonly compose: RunCompose;
  readonly paths: HomePaths;
  /** The user's compose files, absolute. */
  readonly files: readonly string[];
  /** Variables for the interpolation of the user's files. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Runs Compose on an instance: the user's files, with the override over them. */
export async function runForInstance(
  plan: InstancePlan,
  options: RunForInstanceOptions,
  args: readonly string[],
  timeoutMs?: number,
): Promise<void> {
  const { compose, paths, env, signal, onLine } = options;
  const files = [...options.files, overridePath(paths, plan)];
  await compose([...composeArguments({ ...plan, files }), ...args], {
    cwd: plan.directory,
    env,
    signal,
    onLine,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}
