import type { ApplyInstanceOptions } from "./apply-instance.ts";
import { composeArguments } from "./compose-model.ts";
import { overridePath } from "./instance-record.ts";
import type { InstancePlan } from "./plan-instance.ts";

/** Runs Compose on an instance: the user's files, with the override over them. */
export async function runForInstance(
  plan: InstancePlan,
  options: ApplyInstanceOptions,
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
