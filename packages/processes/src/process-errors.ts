import { CspaceError } from "@cspace/errors";
import { installMissing } from "./missing-manager.ts";
import type { ProcessesErrorCode } from "./processes-error-code.ts";
import type { ProcessExit } from "./start-process.ts";

/** Words for how a process ended. */
export function describeEnd(exit: ProcessExit | null): string {
  if (exit === null) return "did not start";
  if (exit.signal !== null) return `was ended by ${exit.signal}`;
  return exit.code === null ? "ended, with a code that nobody was told" : `ended with code ${exit.code}`;
}

/** A process that ended by itself. */
export function exitedError(
  name: string,
  exit: ProcessExit | null,
  isEarly: boolean,
  lines: readonly string[],
): CspaceError<ProcessesErrorCode> {
  const early = isEarly ? " before it listened on a port" : "";
  const hint = installMissing(exit?.code, lines);
  return withLines("CSPACE_PROCESS_EXITED", `${name} ${describeEnd(exit)}${early}`, name, lines, hint);
}

/** A process that runs and listens nowhere. */
export function silentError(name: string, ms: number, lines: readonly string[]): CspaceError<ProcessesErrorCode> {
  const message = `${name} listens on no port after ${ms / 1_000} s; it is left running`;
  return withLines("CSPACE_PROCESS_SILENT", message, name, lines);
}

/** A process that was stopped while it was waited for. */
export function stoppedError(name: string): CspaceError<ProcessesErrorCode> {
  return new CspaceError("CSPACE_PROCESS_EXITED", `${name} was stopped before it listened on a port`);
}

/** The first line is a sentence of its own: in places it is shown alone. */
function withLines(
  code: ProcessesErrorCode,
  message: string,
  name: string,
  lines: readonly string[],
  hint = `read all of it: cspace logs ${name}`,
): CspaceError<ProcessesErrorCode> {
  const shown = lines.length === 0 ? ", without a word" : `\n${lines.map((line) => `  ${line}`).join("\n")}`;
  return new CspaceError(code, `${message}${shown}`, { hint });
}

/** What was thrown, as an error. */
export function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
