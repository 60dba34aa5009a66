import { chmod, chown, mkdir, rm, rmdir } from "node:fs/promises";
import type { PlanStep } from "./plan.ts";
import { readDirectoryState } from "./read-directory-state.ts";
import { readFileState } from "./read-file-state.ts";
import type { StepExecutor, StepState } from "./step-executor.ts";
import { errorCode, explainSystemError } from "./system-error.ts";
import { writeFileAtomic } from "./write-file-atomic.ts";

const file: StepExecutor = {
  async read({ path }): Promise<StepState> {
    const state = await readFileState(path);
    const target = state.target === state.path ? {} : { target: state.target };
    if (state.kind === "missing") return { content: null, ...target };
    return { content: state.content, ...target, mode: state.mode, owner: state.owner };
  },
  async apply({ path, target = path, after, mode, owner }): Promise<void> {
    if (after !== null) return writeFileAtomic(target, after, { mode, owner });
    await explained(`cannot remove ${path}`, () => rm(target));
  },
};

const directory: StepExecutor = {
  async read({ path }): Promise<StepState> {
    const state = await readDirectoryState(path);
    return state.kind === "missing" ? { content: null } : { content: "", mode: state.mode, owner: state.owner };
  },
  async apply(step): Promise<void> {
    if (step.after === null) await explained(`cannot remove ${step.path}`, () => removeEmpty(step.path));
    else await explained(`cannot make the directory ${step.path}`, () => makeDirectory(step));
  },
};

/**
 * What makes `file`, `remove` and `directory` steps as this user: files by `writeFileAtomic`, one directory at a time.
 * A directory that something was put into meanwhile is not removed.
 *
 * A process that is root already passes them to `applyPlan` for the steps that need root.
 */
export const diskExecutors: { readonly [kind in "file" | "remove" | "directory"]: StepExecutor } = {
  file,
  remove: file,
  directory,
};

async function makeDirectory({ path, before, mode, owner }: PlanStep): Promise<void> {
  if (before === null) await mkdir(path);
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  if (mode !== undefined) await chmod(path, mode);
}

async function removeEmpty(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (errorCode(error) !== "ENOTEMPTY") throw error;
  }
}

async function explained(what: string, change: () => Promise<void>): Promise<void> {
  try {
    await change();
  } catch (error) {
    throw explainSystemError("CSPACE_WRITE_FAILED", what, error);
  }
}
