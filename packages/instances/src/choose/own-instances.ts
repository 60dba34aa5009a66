import type { Context } from "../options.ts";
import { type Owned, readOwner } from "./ownership.ts";
import type { Scope } from "./read-scope.ts";

/**
 * Of the instances under a project's name, those that may be of its repository; all of them where that project was
 * named. A note tells of the others.
 */
export async function ownInstances<Instance extends Owned & { readonly instance: string }>(
  { onNote }: Pick<Context, "onNote">,
  { project, projectSlug, isNamed }: Scope,
  all: readonly Instance[],
): Promise<readonly Instance[]> {
  if (project === undefined || isNamed) return all;
  const owners = await Promise.all(all.map((one) => readOwner(one, project)));
  const others = all.filter((_, index) => owners[index] === "other");
  if (others.length > 0) {
    const names = others.map(({ instance, directory }) => `${instance} (${directory})`).join(", ");
    onNote(`another project is called ${projectSlug} too, and is left out: ${names}; see all: cspace list --all`);
  }
  return all.filter((_, index) => owners[index] !== "other");
}
