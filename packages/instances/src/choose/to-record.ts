import type { InstanceRecord, ListedInstance } from "@cspace/compose";

/** The record of an instance that the engine has. */
export function toRecord(listed: ListedInstance): InstanceRecord {
  const { project, instance, projectName, instanceName, directory, directoryId, repository, repositoryId } = listed;
  return { project, instance, projectName, instanceName, directory, directoryId, repository, repositoryId };
}
