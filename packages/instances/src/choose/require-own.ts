import { type InstanceRecord, sameSlug } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { ChosenInstance } from "@cspace/project";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import { isOfDirectory, isThere, readOwner } from "./ownership.ts";
import type { ProjectScope } from "./read-scope.ts";

/** What is known of an instance that a directory is about to take. */
export interface OwnQuestion {
  readonly chosen: ChosenInstance;
  /** Whether the user named the instance. */
  readonly isNamed: boolean;
  readonly yes: boolean;
  /** Whether it has containers, or processes. */
  readonly isLive: boolean;
  /** Whether it has volumes. */
  readonly hasVolumes: boolean;
}

/**
 * Asserts that an instance is the one that was meant: of this directory, and of names that do not merely come to the same
 * slugs.
 *
 * An instance whose directory is gone is handed over with `yes`, so that a checkout that was moved keeps its volumes; one
 * of another repository only where both it and its project are named.
 *
 * @throws {CspaceError} `CSPACE_NAME_TAKEN`, naming both originals; `CSPACE_INSTANCE_TAKEN`, naming its directory;
 * `CSPACE_CONFIRMATION_NEEDED` when that is gone.
 */
export async function requireOwn(
  scope: ProjectScope,
  existing: InstanceRecord,
  { chosen, isNamed, yes, isLive, hasVolumes }: OwnQuestion,
): Promise<void> {
  requireOwnNames(scope, existing, chosen);
  const { project, projectSlug } = scope;
  if (isOfDirectory(existing, project)) return;
  const { instance, directory } = existing;
  const isOther = (await readOwner(existing, project)) === "other";
  const isReplaced = directory === project.directory;
  if (!isReplaced && (await isThere(existing))) {
    throw new CspaceError<InstancesErrorCode>(
      "CSPACE_INSTANCE_TAKEN",
      `the instance ${instance} of ${projectSlug} belongs to ${directory}`,
      { hint: takenHint(existing, isOther) },
    );
  }
  // Where nothing would be inherited, and nobody else's runs, there is nothing to ask.
  if (isReplaced && !hasVolumes && !(isOther && isLive)) return;
  if (yes && (!isOther || (scope.isNamed && isNamed))) return;
  const names = isOther ? `${instance} --project ${projectSlug}` : instance;
  throw new CspaceError<InstancesErrorCode>(
    "CSPACE_CONFIRMATION_NEEDED",
    isReplaced
      ? `the instance ${instance} of ${projectSlug} was started from another directory that was at ${directory} before`
      : `the instance ${instance} of ${projectSlug} belongs to ${directory}, which is gone`,
    {
      hint: isReplaced
        ? `to go on with its volumes: cspace up ${names} --yes; to begin without: cspace down ${names} --volumes`
        : `if it was moved here: cspace up ${names} --yes; else take another name: cspace up --new`,
    },
  );
}

/**
 * Asserts that the names of an instance are those that were meant. Its slug itself is a fair way to name it.
 *
 * @throws {CspaceError} `CSPACE_NAME_TAKEN`, naming both originals.
 */
export function requireOwnNames(scope: ProjectScope, existing: InstanceRecord, chosen: ChosenInstance): void {
  const { projectSlug, projectName } = scope;
  if (existing.projectName !== projectName && projectName !== projectSlug) {
    throw sameSlug("project", projectSlug, projectName, existing.projectName);
  }
  const reference = isOfDirectory(existing, scope.project) && chosen.instanceName === existing.instance;
  if (existing.instanceName !== chosen.instanceName && !reference) {
    throw sameSlug("instance", existing.instance, chosen.instanceName, existing.instanceName);
  }
}

function takenHint({ instance }: InstanceRecord, isOther: boolean): string {
  return isOther
    ? 'it is another project\'s; give this one a name of its own: cspace up --project <name>, or "project" in .cspace.json'
    : `take another name (cspace up --new), or remove it with its volumes: cspace down ${instance} --volumes`;
}
