/** How something of cspace's is in a file. `foreign`: in its place is something of the user's, which is left alone. */
export type AgentFileState = "installed" | "outdated" | "absent" | "foreign";

/** A harness: who reads the files. */
export type Harness = "claude" | "cursor" | "agents";

/** Something of cspace's in a file of a project. All of it is pure: the file is given as its text, `null` where it is missing. */
export interface AgentFile {
  readonly harness: Harness;
  /** Relative to the directory, with slashes. */
  readonly path: string;
  /** What it is, for people. */
  readonly what: string;
  /** Whether it is for this directory alone, and so not to be committed. */
  readonly isLocal: boolean;
  readonly look: (text: string | null) => AgentFileState;
  /** The text with it; only where it is not `foreign`. */
  readonly put: (text: string | null) => string;
  /** The text without it; `null`: nothing is left, so that the file goes. */
  readonly take: (text: string) => string | null;
}

/** What an {@link AgentFile} is, beside what it does. */
export type AgentFileHead = Omit<AgentFile, "look" | "put" | "take">;
