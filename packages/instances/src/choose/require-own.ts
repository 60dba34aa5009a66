import { type InstanceRecord, isGone, sameSlug } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { ChosenInstance } from "@cspace/project";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { ProjectScope } from "./read-scope.ts";

/**
 * Asserts that an instance is the one that was meant: of this directory, and of names that do not merely come to the
 * same slugs. Its slug itself is a fair way to name it.
 *
 * An instance whose directory is gone is handed over with `yes`, so that a checkout that was moved keeps its volumes.
 *
 * @throws {CspaceError} `CSPACE_NAME_TAKEN`, naming both originals; `CSPACE_INSTANCE_TAKEN`, naming its directory;
 * `CSPACE_CONFIRMATION_NEEDED` when that is gone.
 */
export function requireOwn(
  scope: ProjectScope,
  existing: InstanceRecord,
  { chosen, yes }: { readonly chosen: ChosenInstance; readonly yes: boolean },
): void {
  const { projectSlug, projectName } = scope;
  if (existing.projectName !== projectName && projectName !== projectSlug) {
    throw sameSlug("project", projectSlug, projectName, existing.projectName);
  }
  const here = existing.directory === scope.project.directory;
  const reference = here && chosen.instanceName === existing.instance;
  if (existing.instanceName !== chosen.instanceName && !reference) {
    throw sameSlug("instance", existing.instance, chosen.instanceName, existing.instanceName);
  }
  if (here) return;
  const { instance, directory } = existing;
  if (isGone(directory)) {
    if (yes) return;
    throw new CspaceError<InstancesErrorCode>(
      "CSPACE_CONFIRMATION_NEEDED",
      `the instance ${instance} of ${projectSlug} belongs to ${directory}, which is gone`,
      { hint: `if it was moved here: cspace up ${instance} --yes; else take another name: cspace up --new` },
    );
  }
  throw new CspaceError<InstancesErrorCode>(
    "CSPACE_INSTANCE_TAKEN",
    `the instance ${instance} of ${projectSlug} belongs to ${directory}`,
    {
      hint: `take another name (cspace up --new), or remove it with its volumes: cspace down ${instance} --volumes`,
    },
  );
}
