import { parseShellLine } from "./parse-shell-line.ts";
import { readScriptCall } from "./read-script-call.ts";

/**
 * The text of the first script that a command line calls by its name; `null` when it calls none. Pure.
 *
 * @example
 * ```ts
 * findScript("npm run dev", { dev: "vite" }); //=> "vite"
 * findScript("vite", { dev: "vite" }); //=> null
 * ```
 */
export function findScript(command: string, scripts: Readonly<Record<string, string>>): string | null {
  for (const words of parseShellLine(command) ?? []) {
    const call = readScriptCall(
      words.map(({ text }) => text),
      scripts,
    );
    if (call?.kind === "script") return call.text;
  }
  return null;
}
