import { type InstancePlan, listInstanceContainers } from "@cspace/compose";
import { parseLabels } from "@cspace/labels";
import type { Machine } from "../machine/open-engine.ts";
import type { Context } from "../options.ts";
import { offerContainers } from "./serve-containers.ts";

/**
 * Lets a page say how the routes are whose containers have a health check, the image's own too: as long as that has not
 * passed, Traefik knows nothing of them. Without such a page all goes on as well.
 */
export async function watchContainers(context: Context, machine: Machine, plan: InstancePlan): Promise<void> {
  const checked = findChecked(machine, plan);
  checked.catch(() => undefined);
  // Whatever becomes of the other: what holds a lock is waited for.
  const daemon = await offerContainers(context, machine);
  const labels = await checked;
  if (labels.length === 0) return;
  const { project, instance } = plan;
  await daemon?.client.watch({ project, instance, labels, endpoint: machine.endpoint });
}

async function findChecked({ engine }: Machine, { composeProject }: InstancePlan): Promise<string[]> {
  const containers = await listInstanceContainers(engine, composeProject);
  const checked = containers.map(async ({ Id, Labels }) => {
    const labels = parseLabels(Labels).map(({ label }) => label);
    const [kind = "NONE"] =
      labels.length === 0 ? [] : ((await engine.inspectContainer(Id))?.Config.Healthcheck?.Test ?? []);
    return kind === "NONE" ? [] : labels;
  });
  return [...new Set((await Promise.all(checked)).flat())];
}
