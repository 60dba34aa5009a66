import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import {
  applyPlan,
  buildPlan,
  type Plan,
  type PlanStep,
  planDirectory,
  readDirectoryState,
  readFileState,
  renderPlan,
} from "@cspace/plan";
import type { Context } from "../context.ts";
import { confirmPlans } from "../prompts/confirm-plans.ts";
import { declined } from "../prompts/declined.ts";
import { recordPlan } from "../setup/record-made.ts";
import { type FindCspaceOptions, findCspace } from "./find-cspace.ts";
import { planStatusline, planStatuslineRemoval, readStatuslineCommand } from "./statusline-settings.ts";

/** What became of Claude Code's settings, or the plan of a dry run. */
export type StatuslineDocument =
  | { readonly plan: Plan }
  | {
      readonly statusline: {
        readonly file: string;
        /** The command of the status line that is there now; `null` when there is none. */
        readonly command: string | null;
        /** `present`, `absent`: it was so already, and nothing is changed. */
        readonly state: "installed" | "present" | "removed" | "absent";
      };
    };

/** Options of {@link changeStatusline}. */
export interface ChangeStatuslineOptions extends Omit<FindCspaceOptions, "env"> {
  /** @default os.homedir() */
  readonly homedir?: string;
}

/**
 * Puts cspace into the status line of Claude Code, or takes it out: shows the change, asks, makes it. Needs no engine.
 *
 * @throws {CspaceError} what `planStatusline`, `confirmPlans` and `applyPlan` throw; `CSPACE_DECLINED`.
 */
export async function changeStatusline(
  context: Context,
  action: "install" | "uninstall",
  options: ChangeStatuslineOptions = {},
): Promise<StatuslineDocument> {
  const { env, cwd, flags, output, signal } = context;
  const { homedir: user = homedir(), ...found } = options;
  const path = settingsPath({ env, cwd }, user);
  const file = await readFileState(path);
  const call = action === "install" ? await findCspace({ env, ...found }) : undefined;
  const step = call === undefined ? planStatuslineRemoval(file) : planStatusline(file, call);
  const plan = buildPlan(step === undefined ? [] : [...(await planFolders(dirname(file.target))), step]);
  if (call?.passing === true) {
    output.note("this cspace is in a cache that may be cleared; steadier: npm install --global @cspace/cli");
  }
  if (flags.dryRun) return { plan };
  const [yes] = await confirmPlans(context, [
    {
      plan,
      title: "the status line of Claude Code",
      question: action === "install" ? "Install it?" : "Take it out?",
    },
  ]);
  if (yes !== true) throw declined();
  await recordPlan(context, plan);
  await applyPlan(plan, { signal });
  const [changed, same] = action === "install" ? (["installed", "present"] as const) : (["removed", "absent"] as const);
  const content = step !== undefined ? step.after : file.kind === "file" ? file.content : null;
  return {
    statusline: { file: path, command: readStatuslineCommand(content), state: step === undefined ? same : changed },
  };
}

/** The step that takes cspace out of the status line; `undefined` when it is not in it. */
export async function planStatuslineTakenOut(
  context: Context,
  user: string = homedir(),
): Promise<PlanStep | undefined> {
  return planStatuslineRemoval(await readFileState(settingsPath(context, user)));
}

/** @see https://docs.claude.com/en/docs/claude-code/settings */
function settingsPath({ env, cwd }: Pick<Context, "env" | "cwd">, user: string): string {
  return resolve(cwd, env.CLAUDE_CONFIG_DIR || join(user, ".claude"), "settings.json");
}

/** Renders what was done. */
export function renderStatusline(data: StatuslineDocument): string {
  if ("plan" in data) return renderPlan(data.plan);
  const { file, command, state } = data.statusline;
  if (state === "installed") return `the status line is installed: ${file}`;
  if (state === "present") return `the status line is installed already: ${file}`;
  if (state === "absent") return `the status line is not cspace's: ${file}`;
  return `the status line is ${command === null ? "removed" : "the old one again"}: ${file}`;
}

/** The folders that are missing, the outermost first. */
async function planFolders(folder: string): Promise<PlanStep[]> {
  const state = await readDirectoryState(folder);
  const step = planDirectory(state);
  return step === undefined ? [] : [...(await planFolders(dirname(folder))), step];
}
