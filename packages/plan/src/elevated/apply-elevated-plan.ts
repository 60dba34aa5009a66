import { readdir, readFile, stat } from "node:fs/promises";
import { CspaceError, isCspaceError } from "@cspace/errors";
import { applyPlan, type StepEvent } from "../apply-plan.ts";
import { diskExecutors } from "../disk-executors.ts";
import type { Plan, PlanStep } from "../plan.ts";
import type { PlanErrorCode } from "../plan-error-code.ts";
import type { StepExecutor } from "../step-executor.ts";
import { elevateCommand } from "./elevate-command.ts";
import { type CommandResult, type RunCommand, runCommand } from "./run-command.ts";
import { type MoreCommands, type StepCommand, stepCommands, temporaryPath } from "./step-commands.ts";

/** Options of {@link applyElevatedPlan}. */
export interface ApplyElevatedPlanOptions {
  /** What gives a command the rights of root; `[]` when this process has them. @default ["sudo"], or [] for root */
  readonly elevate?: readonly string[];
  /** @default the real one */
  readonly run?: RunCommand;
  /** The programs for steps of other kinds. @default none */
  readonly commands?: MoreCommands;
  /** What is there now for steps of other kinds. @default none */
  readonly read?: Readonly<Record<string, StepExecutor["read"]>>;
  /** Called after every step. @default nothing */
  readonly onStep?: (event: StepEvent) => void;
  /** Stops between two steps; what was done is then undone. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes exactly the steps of a plan, in their order, all of them or none: each by plain tools of the system, and only
 * these, and of them those that need it, with the rights of root. When a step fails, those before it are undone, and the
 * programs that read the files run again.
 *
 * Steps that are done already are left alone, so a plan that a killed process left half made is finished by a new one.
 *
 * @throws `CSPACE_PLAN_STALE` when the machine changed since the plan was made; `CSPACE_ELEVATION_FAILED` when the
 * rights were not given; `CSPACE_PLAN_FAILED` for everything else, its message says whether all is as it was;
 * `CSPACE_FILE_UNREADABLE`.
 */
export async function applyElevatedPlan(plan: Plan, options: ApplyElevatedPlanOptions = {}): Promise<void> {
  const { elevate = process.getuid?.() === 0 ? [] : ["sudo"], run = runCommand, commands = {}, read = {} } = options;
  const { onStep, signal } = options;
  const attempted: PlanStep[] = [];
  const execute = (command: StepCommand, needsRoot = true): Promise<void> =>
    runElevated(command, { elevate: needsRoot ? elevate : undefined, run });
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
    ...Object.fromEntries(
      Object.entries(commands).map(([kind, commandsOf]): [string, StepExecutor] => [
        kind,
        {
          read: read[kind] ?? (async ({ before }) => ({ content: before })),
          apply: async (step) => {
            for (const command of commandsOf(step)) await execute(command, step.needsRoot);
          },
        },
      ]),
    ),
  };
  try {
    await applyPlan(plan, {
      executors,
      ...(onStep === undefined ? {} : { onStep }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    for (const command of attempted.flatMap((step) => stepCommands(step)))
      await execute(command).catch(() => undefined);
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

/** Whether something stands at a path that this user may see. */
async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
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
  { elevate, run }: { readonly elevate: readonly string[] | undefined; readonly run: RunCommand },
): Promise<void> {
  const { file, args, input } = elevate === undefined ? command : elevateCommand(command, elevate);
  const interactive = elevate?.length === 1;
  let result: CommandResult;
  try {
    result = await run(file, args, { interactive, ...(input === undefined ? {} : { input }) });
  } catch (error) {
    // EACCES: a folder of PATH that this user may not look into, and no other has it.
    if (!["ENOENT", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    const missing = new CspaceError<PlanErrorCode>("CSPACE_ELEVATION_FAILED", `${file} is not on this machine`, {
      hint: "run the commands yourself as root; they are those of --dry-run",
    });
    throw file === elevate?.[0] ? missing : new Error(`${file} is not on this machine`);
  }
  if (result.exitCode === 0) return;
  const words = result.stderr.trim();
  if (elevate !== undefined && elevate.length > 0 && isRefusal(words, command.file)) {
    throw new CspaceError<PlanErrorCode>("CSPACE_ELEVATION_FAILED", `the rights of root were not given: ${words}`, {
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
  return new CspaceError<PlanErrorCode>("CSPACE_ELEVATION_FAILED", error.message, { hint: cause.hint, cause });
}
