import type { PlanStep } from "./plan.ts";
import type { DirectoryState } from "./read-directory-state.ts";

/** Options of {@link planDirectory}. */
export interface PlanDirectoryOptions {
  /** Whether this user cannot make it. @default false */
  readonly needsRoot?: boolean;
  /** Permission bits, such as `0o700`. @default those of the directory, or the user's default for a new one */
  readonly mode?: number;
}

/**
 * The step that makes a directory, in one that is there or that an earlier step makes; `undefined` when nothing would
 * change. Pure.
 *
 * @example
 * ```ts
 * planDirectory({ kind: "missing", path: "/etc/resolver" }, { needsRoot: true });
 * //=> { kind: "directory", path: "/etc/resolver", before: null, after: "", needsRoot: true }
 * ```
 */
export function planDirectory(state: DirectoryState, options: PlanDirectoryOptions = {}): PlanStep | undefined {
  const { needsRoot = false, mode } = options;
  if (state.kind === "directory" && (mode === undefined || state.mode === mode)) return undefined;
  return {
    kind: "directory",
    path: state.path,
    before: state.kind === "directory" ? "" : null,
    after: "",
    needsRoot,
    ...(mode === undefined ? {} : { mode }),
  };
}
