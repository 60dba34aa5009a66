/** Who answers under a hostname: what `/.well-known/cspace` says. */
export interface Identity {
  readonly project: string;
  readonly instance: string;
  readonly label: string;
  /** The directory that the instance runs from, an absolute path. */
  readonly directory: string;
  /** The branch that is checked out there; `null`: none, or nobody can tell. */
  readonly branch: string | null;
  /** The commit that is checked out there; `null`: as of `branch`. */
  readonly commit: string | null;
  /** Whether the work tree differs from that commit; `null`: nobody can tell. */
  readonly dirty: boolean | null;
  /** When what answers was started: RFC 3339; `null`: it does not run. */
  readonly startedAt: string | null;
  /** The image of its container; `null`: a process of the host answers. */
  readonly image: string | null;
  /** The command line of its process, or of its container; `null`: nobody can tell. */
  readonly command: string | null;
}
