import { listInstances } from "@cspace/compose";
import type { Context } from "../context.ts";
import type { Machine } from "./open-engine.ts";

/** Tells whose containers know URLs that are not right any more: their environment is their own until they are made anew. */
export async function noteOldUrls({ output }: Context, { engine }: Machine): Promise<void> {
  for (const { project, instance } of await listInstances({ engine })) {
    output.note(`the containers of ${instance} know the old URLs until: cspace up ${instance} (in ${project})`);
  }
}
