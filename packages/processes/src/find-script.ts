import { parseShellLine } from "./parse-shell-line.ts";
import { type CallableScripts, readScriptCall } from "./read-script-call.ts";

/**
 * The text of the first script that a command line calls by its name; `null` when it calls none. Pure.
 *
 * @example
 * ```ts
 * findScript("npm run dev", { scripts: { dev: "vite" } }); //=> "vite"
 * findScript("vite", { scripts: { dev: "vite" } }); //=> null
 * ```
 */
export function findScript(command: string, callable: CallableScripts): string | null {
  for (const words of parseShellLine(command) ?? []) {
    const call = readScriptCall(
      words.map(({ text }) => text),
      callable,
    );
    if (call?.kind === "script") return call.text;
  }
  return null;
}
