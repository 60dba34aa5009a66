import type { ListedInstance } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { toSlug } from "@cspace/hostnames";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import { isOfDirectory, type Owned } from "./ownership.ts";
import type { Scope } from "./read-scope.ts";

/**
 * Picks the instance that a command works on: the named one, else the only one of this directory.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_UNKNOWN` or `CSPACE_INSTANCE_AMBIGUOUS`, listing what there is.
 */
export function pickInstance<Instance extends Pick<ListedInstance, "instance"> & Owned>(
  all: readonly Instance[],
  { scope, name }: { readonly scope: Scope; readonly name: string | undefined },
): Instance {
  if (name !== undefined) {
    const { slug } = toSlug(name);
    const named = all.find((one) => one.instance === slug);
    if (named !== undefined) return named;
    throw new CspaceError<InstancesErrorCode>(
      "CSPACE_INSTANCE_UNKNOWN",
      `the project ${scope.projectSlug} has no instance ${slug}`,
      {
        hint: all.length === 0 ? `start it: cspace up ${slug}` : `there are: ${names(all)}`,
      },
    );
  }
  // Where `--project` names another project, this directory says nothing about its instances.
  const { project } = scope;
  const elsewhere = scope.isElsewhere || project === undefined;
  const own = elsewhere ? all : all.filter((one) => isOfDirectory(one, project));
  const [first, second] = own;
  if (first !== undefined && second === undefined) return first;
  if (second !== undefined) {
    throw new CspaceError<InstancesErrorCode>(
      "CSPACE_INSTANCE_AMBIGUOUS",
      `${elsewhere ? `the project ${scope.projectSlug}` : "this directory"} has several instances: ${names(own)}`,
      {
        hint: `name one: --instance ${first?.instance}`,
      },
    );
  }
  const where = elsewhere ? `the project ${scope.projectSlug}` : project.directory;
  throw new CspaceError<InstancesErrorCode>("CSPACE_INSTANCE_UNKNOWN", `no instance of ${where} is running`, {
    hint: all.length === 0 ? "start one: cspace up" : `start one (cspace up), or name one of: ${names(all)}`,
  });
}

function names(all: readonly Pick<ListedInstance, "instance">[]): string {
  return all.map((one) => one.instance).join(", ");
}
