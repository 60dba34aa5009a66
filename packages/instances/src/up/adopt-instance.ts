import { findDaemon } from "@cspace/daemon";
import { CspaceError } from "@cspace/errors";
import { toSlug } from "@cspace/hostnames";
import { readOwner } from "../choose/ownership.ts";
import { readProjectScope } from "../choose/read-scope.ts";
import type { InstanceDocument } from "../documents.ts";
import { findGone } from "../gc/find-gone.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import { openHost } from "../machine/open-host.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { startInstance } from "./start-instance.ts";

/**
 * Goes on, from this directory, with an instance of its project whose own directory is gone, and starts it: its volumes, networks and URLs
 * are this directory's from then on. For a directory that was moved in a way that nothing tells: to another disk, or copied.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_UNKNOWN` where there is none, `CSPACE_INSTANCE_AMBIGUOUS` where there are several and none is
 * named; and as `startInstance`.
 */
export async function adoptInstance(options: InstanceOptions = {}): Promise<InstanceDocument> {
  const context = createContext(options);
  const [scope, host, daemon] = await Promise.all([readProjectScope(context), openHost(context), findDaemon(context)]);
  const gone = await findGone(host, daemon?.status.instances ?? [], scope.projectSlug);
  const owners = await Promise.all(gone.map(({ record }) => readOwner(record, scope.project)));
  const named = context.instance === undefined ? undefined : toSlug(context.instance).slug;
  // One that is named may be of a repository that was copied with its directory.
  const found = gone.filter(({ record }, index) =>
    named === undefined ? owners[index] !== "other" : record.instance === named,
  );
  const [first] = found;
  if (first === undefined) throw nothingGone(scope.projectSlug, named);
  if (found.length > 1) throw several(found.map(({ record }) => record.instance));
  return await startInstance({ ...options, instance: first.record.instanceName, yes: true });
}

function nothingGone(project: string, named: string | undefined): CspaceError<InstancesErrorCode> {
  const what = named === undefined ? "no instance" : `no instance ${named}`;
  return new CspaceError("CSPACE_INSTANCE_UNKNOWN", `there is ${what} of ${project} whose directory is gone`, {
    hint: "see all, and where they run from: cspace list --all",
  });
}

function several(names: readonly string[]): CspaceError<InstancesErrorCode> {
  return new CspaceError("CSPACE_INSTANCE_AMBIGUOUS", `the directories of several are gone: ${names.join(", ")}`, {
    hint: `name one: cspace adopt ${names[0]}`,
  });
}
