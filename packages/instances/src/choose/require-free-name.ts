import { basename, dirname } from "node:path";
import { type ComposeErrorCode, type InstanceRecord, sameSlug } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { toSlug } from "@cspace/hostnames";
import { isPresent } from "@cspace/project";
import { readOwner } from "./ownership.ts";
import type { ProjectScope } from "./read-scope.ts";

/** An instance of some repository, and whether anything but its record is left of it. */
export interface KnownInstance {
  readonly record: InstanceRecord;
  readonly isLive: boolean;
  /** Whether it has volumes or networks. */
  readonly isClaimed: boolean;
}

/**
 * Asserts that the project's name is not another repository's, before the first instance under it is made. It is as long
 * as anything of that one's is left; of one that is gone its mere records do not count.
 *
 * @throws {CspaceError} `CSPACE_NAME_TAKEN`, naming both.
 */
export async function requireFreeName(scope: ProjectScope, known: readonly KnownInstance[]): Promise<void> {
  const { project, projectName, projectSlug } = scope;
  const owners = await Promise.all(known.map(({ record }) => readOwner(record, project)));
  const others = known.filter((_, index) => owners[index] === "other");
  const holding = await Promise.all(others.map(async (one) => one.isLive || one.isClaimed || (await isAround(one))));
  const holders = others.filter((_, index) => holding[index] === true).map(({ record }) => record);
  const [first] = holders;
  if (first === undefined) return;
  if (first.projectName !== projectName) throw sameSlug("project", projectSlug, projectName, first.projectName);
  const { instance, directory } = first;
  const more = holders.length === 1 ? "" : ` and ${holders.length - 1} more`;
  const free = `cspace down ${instance} --volumes --project ${projectSlug}`;
  throw new CspaceError<ComposeErrorCode>(
    "CSPACE_NAME_TAKEN",
    `the name ${projectSlug} is another project's: ${instance} of ${directory}${more}; this one is ${project.directory}`,
    {
      hint: `give this one a name of its own, which it keeps: cspace up --project ${proposeName(scope)}, or "project" in .cspace.json; or remove the other: ${free}`,
    },
  );
}

/** Whether the repository of an instance is still where it was. */
async function isAround({ record: { repository, repositoryId } }: KnownInstance): Promise<boolean> {
  return repository === undefined || (await isPresent({ path: repository, id: repositoryId ?? null }));
}

/** After the folder that its directory is in. */
function proposeName({ project, projectSlug }: ProjectScope): string {
  const folder = basename(dirname(project.workTree?.mainDirectory ?? project.directory));
  return toSlug(`${projectSlug}-${folder}`).slug;
}
