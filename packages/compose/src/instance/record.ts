/** What an override remembers of its instance, under `x-cspace`. */
export interface InstanceRecord {
  readonly directory: string;
  /** What tells the directory from another one at its path; none where the file system does not tell. */
  readonly directoryId?: string | undefined;
  /** What all worktrees of its project share. Instances of before there was such a record have none. */
  readonly repository?: string | undefined;
  /** What tells that from another one at its path. */
  readonly repositoryId?: string | undefined;
  readonly project: string;
  readonly instance: string;
  readonly projectName: string;
  readonly instanceName: string;
}
