import type { PlanStep } from "./plan.ts";
import type { FileState } from "./read-file-state.ts";

/** Options of {@link planFile}. */
export interface PlanFileOptions {
  /** Whether this user cannot write there. @default false */
  readonly needsRoot?: boolean;
  /** Permission bits, such as `0o600`. @default those of the file, or the user's default for a new one */
  readonly mode?: number;
}

/**
 * The step that makes a file's content `after`, or removes the file when that is `null`; `undefined` when nothing would
 * change. Pure.
 *
 * Where `path` is a symbolic link, the step changes what it leads to and leaves the link.
 *
 * @example
 * ```ts
 * planFile({ kind: "missing", path: "/tmp/a", target: "/tmp/a" }, "1\n");
 * //=> { kind: "file", path: "/tmp/a", before: null, after: "1\n", needsRoot: false }
 * planFile({ kind: "missing", path: "/tmp/a", target: "/tmp/a" }, null); //=> undefined
 * ```
 */
export function planFile(state: FileState, after: string | null, options: PlanFileOptions = {}): PlanStep | undefined {
  const { needsRoot = false, mode } = options;
  const before = state.kind === "file" ? state.content : null;
  const keepsMode = after === null || mode === undefined || (state.kind === "file" && state.mode === mode);
  if (before === after && keepsMode) return undefined;
  return {
    kind: after === null ? "remove" : "file",
    path: state.path,
    ...(state.target === state.path ? {} : { target: state.target }),
    before,
    after,
    needsRoot,
    ...(after === null || mode === undefined ? {} : { mode }),
  };
}
