import { basename, dirname, join } from "node:path";
import type { PlanStep } from "../plan.ts";

/** One program to run with the rights of root. */
export interface StepCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Given on the standard input. */
  readonly input?: string;
}

/** The programs that make a step of a kind that this package does not know, by kind. */
export type MoreCommands = Readonly<Record<string, (step: PlanStep) => readonly StepCommand[]>>;

/**
 * Where a file is written before it takes its place: beside it, so that the change is one rename, and always the same,
 * so that what a killed run left is found. Programs that read a folder leave out what begins with a dot.
 */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.cspace-new`);
}

/**
 * The programs that make a step, in their order, all of them plain tools of the system. Pure.
 *
 * A file is written whole beside its place and then renamed over it. `cp -a` first gives the new one the mode, owner,
 * attributes and labels of the old; what is only added to the end is all that is given to `tee` then.
 */
export function stepCommands(step: PlanStep, more: MoreCommands = {}): readonly StepCommand[] {
  const { kind, path, target = path, before, after, mode = 0o644, owner } = step;
  if (kind === "command") return (after ?? "").split("\n").filter(Boolean).map(splitCommand);
  const own = more[kind];
  if (own !== undefined) return own(step);
  if (kind === "directory") {
    return [after === null ? command("rmdir", path) : command("mkdir", "-m", octal(step.mode ?? 0o755), path)];
  }
  if (after === null) return [command("rm", "-f", target)];
  const temporary = temporaryPath(target);
  const write: StepCommand = { ...command("tee", temporary), input: after };
  const rename = command("mv", "-f", temporary, target);
  if (before !== null) {
    const copy = command("cp", "-a", target, temporary);
    const grows = before !== "" && after.startsWith(before);
    const more: StepCommand = { ...command("tee", "-a", temporary), input: after.slice(before.length) };
    return [copy, grows ? more : write, rename];
  }
  const others = owner === undefined || (owner.uid === 0 && owner.gid === 0) ? [] : [`${owner.uid}:${owner.gid}`];
  return [
    write,
    command("chmod", octal(mode), temporary),
    ...others.map((who) => command("chown", who, temporary)),
    rename,
  ];
}

/** A script of PowerShell's as one program: it is the last argument. */
export function powershell(script: string): StepCommand {
  return command("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", script);
}

/** A program with its arguments. */
export function command(file: string, ...args: string[]): StepCommand {
  return { file, args };
}

/** Command lines of plans are words with single spaces; of PowerShell's, everything after the program is one word. */
function splitCommand(line: string): StepCommand {
  const [file = "", ...args] = line.split(" ");
  return file === "powershell.exe" ? powershell(args.join(" ")) : { file, args };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
