import { listContainerInstances } from "@cspace/compose";
import type { Machine } from "../machine/open-engine.ts";
import type { InstanceOptions } from "../options.ts";

/** Tells whose containers know URLs that are not right any more: their environment is their own until they are made anew. */
export async function noteOldUrls({ onNote }: Pick<InstanceOptions, "onNote">, { engine }: Machine): Promise<void> {
  for (const { project, instance } of await listContainerInstances({ engine })) {
    onNote?.(`the containers of ${instance} know the old URLs until: cspace up ${instance} (in ${project})`);
  }
}
