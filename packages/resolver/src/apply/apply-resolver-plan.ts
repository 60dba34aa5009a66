import { readdir, readFile } from "node:fs/promises";
import { CspaceError, isCspaceError } from "@cspace/errors";
import {
  applyPlan,
  diskExecutors,
  type Plan,
  type PlanErrorCode,
  type PlanStep,
  type StepEvent,
  type StepExecutor,
} from "@cspace/plan";
import { type StepCommand, stepCommands, temporaryPath } from "../plan/step-commands.ts";
import { readNrpt } from "../read/read-nrpt.ts";
import { exists } from "../read/read-or-nothing.ts";
import type { ResolverErrorCode } from "../resolver-error-code.ts";
import { type CommandResult, type RunCommand, runCommand } from "../run-command.ts";
import { elevateCommand } from "./elevate-command.ts";

/** Options of {@link applyResolverPlan}. */
export interface ApplyResolverPlanOptions {
  /** What gives a command the rights of root; `[]` when this process has them. @default ["sudo"], or [] for root */
  readonly elevate?: readonly string[];
  /** @default the real one */
  readonly run?: RunCommand;
  /** Called after every step. @default nothing */
  readonly onStep?: (event: StepEvent) => void;
  /** Stops between two steps; what was done is then undone. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes exactly the steps of a plan, in their order, all of them or none: each by plain tools of the system, and only
 * these with the rights of root. When a step fails, those before it are undone and the resolver reads its files again.
 *
 * Steps that are done already are left alone, so a plan that a killed process left half made is finished by a new one.
 *
 * @throws `CSPACE_PLAN_STALE` when the machine changed since the plan was made; `CSPACE_ELEVATION_FAILED` when the
 * rights were not given; `CSPACE_PLAN_FAILED` for everything else, its message says whether all is as it was;
 * `CSPACE_FILE_UNREADABLE`.
 * @example
 * ```ts
 * await applyResolverPlan(planResolver(await readResolver(), { domains: ["cspace.local"], port: 53 }));
 * ```
 */
export async function applyResolverPlan(plan: Plan, options: ApplyResolverPlanOptions = {}): Promise<void> {
  const { elevate = process.getuid?.() === 0 ? [] : ["sudo"], run = runCommand, onStep, signal } = options;
  const attempted: PlanStep[] = [];
  const execute = (command: StepCommand): Promise<void> => runElevated(command, { elevate, run });
  const executors: Readonly<Record<string, StepExecutor>> = {
    file: fileExecutor(execute),
    directory: directoryExecutor(execute),
    command: {
      // Whether a program read its files cannot be asked of it; the plan has the step only where it must.
      read: async ({ before }) => ({ content: before }),
      apply: async (step) => {
        if (step.after === null) return;
        attempted.push(step);
        try {
          for (const command of stepCommands(step)) await execute(command);
        } catch (error) {
          // What did not run has read nothing, and to run it again would ask for the password once more.
          if (isRefused(error)) attempted.pop();
          throw error;
        }
      },
    },
    nrpt: nrptExecutor(execute, run),
  };
  try {
    await applyPlan(plan, {
      executors,
      ...(onStep === undefined ? {} : { onStep }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    for (const command of attempted.flatMap(stepCommands)) await execute(command).catch(() => undefined);
    throw explainElevation(error);
  }
}

function fileExecutor(execute: (command: StepCommand) => Promise<void>): StepExecutor {
  return {
    read: diskExecutors.file.read,
    apply: async (step) => {
      const { path, target = path, after } = step;
      const temporary = temporaryPath(target);
      try {
        for (const command of stepCommands(step)) {
          if (command.file === "mv" && after !== null) await requireWritten(temporary, after);
          await execute(command);
        }
      } catch (error) {
        // Where there is nothing to clear away, nobody is asked for a password again.
        if (after !== null && (await exists(temporary)))
          await execute({ file: "rm", args: ["-f", temporary] }).catch(() => undefined);
        throw error;
      }
    },
  };
}

function directoryExecutor(execute: (command: StepCommand) => Promise<void>): StepExecutor {
  return {
    read: diskExecutors.directory.read,
    apply: async (step) => {
      // Something that was put there meanwhile is somebody's.
      if (step.after === null && (await readdir(step.path)).length > 0) return;
      for (const command of stepCommands(step)) await execute(command);
    },
  };
}

function nrptExecutor(execute: (command: StepCommand) => Promise<void>, run: RunCommand): StepExecutor {
  return {
    read: async ({ path }) => {
      const namespace = path.slice("nrpt:".length);
      const own = (await readNrpt(run)).filter(({ comment }) => comment === "cspace");
      const rule = own.find(({ namespaces }) => namespaces.includes(namespace));
      return { content: rule === undefined ? null : `${rule.servers.join(", ")}\n` };
    },
    apply: async (step) => {
      for (const command of stepCommands(step)) await execute(command);
    },
  };
}

/** A tool that met a full disk may have said so in no way that is seen. */
async function requireWritten(path: string, text: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => undefined)) === text) return;
  throw new CspaceError<PlanErrorCode>("CSPACE_WRITE_FAILED", `cannot write ${path}: it is not what was written`, {
    hint: "see whether the disk is full",
  });
}

async function runElevated(
  command: StepCommand,
  { elevate, run }: { readonly elevate: readonly string[]; readonly run: RunCommand },
): Promise<void> {
  const { file, args, input } = elevateCommand(command, elevate);
  const interactive = elevate.length === 1;
  let result: CommandResult;
  try {
    result = await run(file, args, { interactive, ...(input === undefined ? {} : { input }) });
  } catch (error) {
    // EACCES: a folder of PATH that this user may not look into, and no other has it.
    if (!["ENOENT", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    const missing = new CspaceError<ResolverErrorCode>("CSPACE_ELEVATION_FAILED", `${file} is not on this machine`, {
      hint: "run the commands yourself as root; they are those of --dry-run",
    });
    throw file === elevate[0] ? missing : new Error(`${file} is not on this machine`);
  }
  if (result.exitCode === 0) return;
  const words = result.stderr.trim();
  if (elevate.length > 0 && isRefusal(words, command.file)) {
    throw new CspaceError<ResolverErrorCode>("CSPACE_ELEVATION_FAILED", `the rights of root were not given: ${words}`, {
      hint: "run the command in a terminal, where it may ask for your password",
    });
  }
  throw new CspaceError<PlanErrorCode>(
    "CSPACE_WRITE_FAILED",
    `${[command.file, ...command.args].join(" ")} failed: ${words || `exit code ${result.exitCode}`}`,
    { hint: "mend what it says, then run the command again" },
  );
}

/** sudo also warns while it goes on; a tool that was run names itself. */
function isRefusal(words: string, tool: string): boolean {
  if (words.split("\n").some((line) => line.startsWith(`${tool}: `))) return false;
  const serious = words.replace(/^sudo: unable to resolve host.*$/gm, "");
  return /^sudo: |is not in the sudoers file|may not run sudo|canceled by the user/m.test(serious);
}

function isRefused(error: unknown): boolean {
  return isCspaceError(error) && error.code === "CSPACE_ELEVATION_FAILED";
}

/** Rights that were not given are a matter of their own, not a failed step. */
function explainElevation(error: unknown): unknown {
  if (!isCspaceError(error) || !isCspaceError(error.cause)) return error;
  const { cause } = error;
  if (!isRefused(cause)) return error;
  return new CspaceError<ResolverErrorCode>("CSPACE_ELEVATION_FAILED", error.message, { hint: cause.hint, cause });
}
