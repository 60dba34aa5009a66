/** A checkout of a repository, as git's or jj's own files tell it. */
export interface WorkTree {
  /** The branch that is checked out; null when HEAD is detached, the reference format keeps it elsewhere, or it is jj's. */
  readonly branch: string | null;
  /** Whether `git worktree add` or `jj workspace add` made this work tree. A submodule is not a linked worktree. */
  readonly linkedWorktree: boolean;
  /** The main worktree; where the repository is bare, the bare repository. */
  readonly mainDirectory: string;
  /** What all worktrees of the repository share: git's common directory; for jj the git directory that it works on. */
  readonly commonDirectory: string;
}
