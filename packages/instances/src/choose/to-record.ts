import type { InstanceRecord, ListedInstance } from "@cspace/compose";

/** The record of an instance that the engine has. */
export function toRecord({ project, instance, projectName, instanceName, directory }: ListedInstance): InstanceRecord {
  return { project, instance, projectName, instanceName, directory };
}
