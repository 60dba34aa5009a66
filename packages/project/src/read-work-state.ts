import { execFile } from "node:child_process";

/** What git says of a work tree beside its branch. */
export interface WorkState {
  /** The commit that is checked out; `null` before the first one. */
  readonly commit: string | null;
  /** Whether anything differs from it: changed, added, removed or untracked files, but for ignored ones. */
  readonly dirty: boolean;
}

/**
 * Asks git for the state of the work tree that a directory is in, of the whole tree; `null` where there is none, or no git,
 * or it takes too long. Nothing is written, and no program of the repository's configuration is run.
 *
 * @param timeoutMs @default 2000
 * @see https://git-scm.com/docs/git-status#_porcelain_format_version_2
 */
export async function readWorkState(directory: string, timeoutMs: number = 2000): Promise<WorkState | null> {
  const words = ["status", "--porcelain=v2", "--branch", "--untracked-files=normal", "-z"];
  const text = await askGit(directory, words, timeoutMs);
  if (text === null) return null;
  const lines = text.split("\0").filter((line) => line !== "");
  const commit = /^# branch\.oid ([0-9a-f]{40,64})$/.exec(lines.find((line) => line.startsWith("# branch.oid")) ?? "");
  return { commit: commit?.[1] ?? null, dirty: lines.some((line) => !line.startsWith("# ")) };
}

/** What git prints; `null` where it fails. */
export function askGit(directory: string, words: readonly string[], timeoutMs: number): Promise<string | null> {
  // A monitor is a program that the repository names.
  const safely = ["--no-optional-locks", "-c", "core.fsmonitor=false"];
  return new Promise((resolve) => {
    const options = { cwd: directory, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024, windowsHide: true };
    execFile("git", [...safely, ...words], options, (error, stdout) => resolve(error === null ? stdout : null));
  });
}
