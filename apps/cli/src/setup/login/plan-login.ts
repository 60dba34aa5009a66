import { readlink, rm, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { homePaths } from "@cspace/compose";
import {
  applyPlan,
  buildPlan,
  type Plan,
  type PlanStep,
  planDirectory,
  planFile,
  type RunCommand,
  readDirectoryState,
  readFileState,
  runCommand,
  type StepExecutors,
} from "@cspace/plan";
import type { Context } from "../../context.ts";
import { describeLoginItem, type LoginItem, type LoginPlace, type LoginProgram } from "./login-item.ts";

/** Options of {@link planLogin}. */
export interface PlanLoginOptions extends LoginPlace {
  /** How this program is called. */
  readonly program: { readonly node: string; readonly script: string };
  /** @default the real one */
  readonly run?: RunCommand;
}

/** The changes that let cspace start at a login, or not any more; none when all is as wanted. */
export async function planLogin(wanted: boolean, options: PlanLoginOptions): Promise<Plan> {
  const item = describeLoginItem(programOf(options), options);
  const [file, link, isScheduled, folders] = await Promise.all([
    readFileState(item.file.path),
    item.link && readLink(item.link.path),
    item.task === undefined ? false : isTask(item.task, options.run ?? runCommand),
    Promise.all(item.folders.map(readDirectoryState)),
  ]);
  const { task } = item;
  const change = planFile(file, wanted ? item.file.text : null, { mode: 0o600 });
  const hasChanged = change !== undefined;
  return buildPlan([
    ...(wanted ? folders.map((state) => planDirectory(state)) : []),
    ...(wanted ? [change] : []),
    item.link && planLink(item.link, link ?? null, wanted),
    task !== undefined && (wanted ? hasChanged || !isScheduled : isScheduled)
      ? {
          kind: "task",
          path: `task:${task}`,
          before: isScheduled ? "scheduled\n" : null,
          after: wanted ? `from ${item.file.path}\n` : null,
          needsRoot: false,
        }
      : undefined,
    ...(wanted ? [] : [change]),
  ]);
}

/** Makes the changes, all of them or none. */
export async function applyLogin(
  plan: Plan,
  options: Pick<PlanLoginOptions, "run"> & { readonly signal?: AbortSignal },
): Promise<void> {
  const { run = runCommand, signal } = options;
  await applyPlan(plan, { executors: executors(run), ...(signal && { signal }) });
}

/** A session of the system's own has few variables: where programs are, and where cspace's home is. */
function programOf({ program, env }: PlanLoginOptions): LoginProgram {
  const names = ["PATH", "CSPACE_HOME", "DOCKER_HOST", "DOCKER_CONTEXT"];
  return {
    command: [program.node, program.script, "daemon", "--at-login"],
    env: Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
  };
}

/** Of this user and this program. */
export function loginOptions({
  env,
  platform,
  program,
}: Pick<Context, "env" | "platform" | "program">): PlanLoginOptions {
  return { platform, home: homedir(), cspaceHome: homePaths({ env }).home, env, program };
}

async function readLink(path: string): Promise<string | null> {
  return await readlink(path).catch(() => null);
}

function planLink(
  { path, to }: NonNullable<LoginItem["link"]>,
  now: string | null,
  wanted: boolean,
): PlanStep | undefined {
  const [before, after] = [now === null ? null : `${now}\n`, wanted ? `${to}\n` : null];
  return isDeepStrictEqual(before, after) ? undefined : { kind: "link", path, before, after, needsRoot: false };
}

async function isTask(name: string, run: RunCommand): Promise<boolean> {
  return (await run("schtasks.exe", ["/Query", "/TN", name])).exitCode === 0;
}

function executors(run: RunCommand): StepExecutors {
  return {
    link: {
      read: async ({ path }) => {
        const to = await readLink(path);
        return { content: to === null ? null : `${to}\n` };
      },
      apply: async ({ path, before, after }) => {
        if (before !== null) await rm(path);
        if (after !== null) await symlink(after.trimEnd(), path);
      },
    },
    task: {
      // What a task was made from cannot be asked of it; the plan has the step only where it must.
      read: async ({ before }) => ({ content: before }),
      apply: async ({ path, after }) => {
        const name = path.replace(/^task:/, "");
        const args =
          after === null
            ? ["/Delete", "/F", "/TN", name]
            : ["/Create", "/F", "/TN", name, "/XML", after.replace(/^from /, "").trimEnd()];
        const { exitCode, stdout } = await run("schtasks.exe", args);
        if (exitCode !== 0) throw new Error(`schtasks.exe ended with ${exitCode}: ${stdout.trim()}`);
      },
    },
  };
}
