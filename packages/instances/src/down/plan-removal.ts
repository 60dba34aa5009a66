import { previewRemoval } from "@cspace/compose";
import { buildPlan, type Plan } from "@cspace/plan";
import { createContext } from "../options.ts";
import { previewProcesses } from "../up/preview-processes.ts";
import { prepareRemoval } from "./prepare-removal.ts";
import type { RemoveInstanceOptions } from "./remove-instance.ts";

/** Tells what {@link removeInstance} would remove, or with `all` what `removeInstances` would; changes nothing. */
export async function planRemoval(
  options: RemoveInstanceOptions & { readonly all?: boolean | undefined } = {},
): Promise<Plan> {
  const { all = false, volumes = false } = options;
  const { host, held, targets } = await prepareRemoval(createContext(options), { all, volumes });
  const { machine } = host;
  const containers = machine === undefined ? [] : await previewRemoval(targets, { ...machine, volumes });
  return buildPlan([...targets.flatMap((one) => previewProcesses(one, [], held)), ...containers]);
}
