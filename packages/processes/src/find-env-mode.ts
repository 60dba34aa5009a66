import { parseShellLine } from "./parse-shell-line.ts";
import { readProgram } from "./read-program.ts";
import { type CallableScripts, readScriptCall } from "./read-script-call.ts";

/** More scripts than this that call each other are taken for a circle. */
const maxDepth = 8;

/**
 * The variables by which turbo hands a script the environment: without them it keeps `PORT` from it. Only where it runs one
 * script, since two would take the same port. Pure.
 *
 * @see https://turborepo.dev/docs/crafting-your-repository/using-environment-variables
 */
export function findEnvMode(line: string, callable: CallableScripts, depth: number = 0): Record<string, string> {
  for (const command of parseShellLine(line) ?? []) {
    const program = readProgram(command.map(({ text }) => text));
    const call = program === null ? null : readScriptCall(program.words, callable);
    if (call?.kind !== "script") continue;
    if (program?.name === "turbo") return { TURBO_ENV_MODE: "loose" };
    return depth >= maxDepth ? {} : findEnvMode(call.text, call.callable, depth + 1);
  }
  return {};
}
