/** The user and the group a file belongs to, as numbers. */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * What a step changes: `file` writes one, `remove` deletes one, `directory` makes (or deletes) one. `command` runs the
 * command lines of `after`; that and every other kind, such as `network`, is up to an executor that the caller passes.
 */
export type PlanStepKind = "file" | "remove" | "directory" | "command" | (string & Record<never, never>);

/** One change: what stands at `path` now and what will. Plain data that survives JSON. */
export interface PlanStep {
  readonly kind: PlanStepKind;
  /** An absolute path, or a name that the kind's executor understands: `docker:network/cspace-resume-redux`. */
  readonly path: string;
  /** Where the symbolic link at `path` leads; the change happens there. Absent when `path` is no link. */
  readonly target?: string;
  /** The whole content; `null` when there is nothing, `""` for a directory that is there. */
  readonly before: string | null;
  /** The whole content; `null` for nothing, `""` for a directory. */
  readonly after: string | null;
  /** Whether this user cannot make the change: it goes to an executor that can. */
  readonly needsRoot: boolean;
  /** Permission bits to set, such as `0o600`. Absent: as they are, or the user's default for what is new. */
  readonly mode?: number;
  /** Owner to set. Absent: as it is, or this user for what is new. */
  readonly owner?: FileOwner;
}

/** Changes to the machine, in the order they will be made. */
export interface Plan {
  readonly version: 1;
  readonly steps: readonly PlanStep[];
}
