import { basename, dirname, join } from "node:path";
import type { PlanStep } from "@cspace/plan";

/** One program to run with the rights of root. */
export interface StepCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Given on the standard input. */
  readonly input?: string;
}

/**
 * Where a file is written before it takes its place: beside it, so that the change is one rename, and always the same,
 * so that what a killed run left is found. No resolver reads a name that begins with a dot.
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
export function stepCommands(step: PlanStep): readonly StepCommand[] {
  const { kind, path, target = path, before, after, mode = 0o644, owner } = step;
  if (kind === "command") return (after ?? "").split("\n").filter(Boolean).map(splitCommand);
  if (kind === "nrpt") return [powershell(nrptScript(step))];
  if (kind === "directory") {
    return [after === null ? run("rmdir", path) : run("mkdir", "-m", octal(step.mode ?? 0o755), path)];
  }
  if (after === null) return [run("rm", "-f", target)];
  const temporary = temporaryPath(target);
  const write: StepCommand = { ...run("tee", temporary), input: after };
  const rename = run("mv", "-f", temporary, target);
  if (before !== null) {
    const copy = run("cp", "-a", target, temporary);
    const grows = before !== "" && after.startsWith(before);
    const more: StepCommand = { ...run("tee", "-a", temporary), input: after.slice(before.length) };
    return [copy, grows ? more : write, rename];
  }
  const own = owner === undefined || (owner.uid === 0 && owner.gid === 0) ? [] : [`${owner.uid}:${owner.gid}`];
  return [write, run("chmod", octal(mode), temporary), ...own.map((who) => run("chown", who, temporary)), rename];
}

/** `Add-DnsClientNrptRule`, https://learn.microsoft.com/powershell/module/dnsclient/add-dnsclientnrptrule */
function nrptScript({ path, before, after }: PlanStep): string {
  const namespace = path.slice("nrpt:".length);
  const remove =
    `Get-DnsClientNrptRule | Where-Object { $_.Namespace -eq '${namespace}' -and $_.Comment -eq 'cspace' } | ` +
    "Remove-DnsClientNrptRule -Force";
  const add = `Add-DnsClientNrptRule -Namespace '${namespace}' -NameServers '${after?.trim()}' -Comment 'cspace'`;
  return [...(before === null ? [] : [remove]), ...(after === null ? [] : [add])].join("; ");
}

/** A script of PowerShell's as one program: it is the last argument. */
export function powershell(script: string): StepCommand {
  return run("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", script);
}

function run(file: string, ...args: string[]): StepCommand {
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
