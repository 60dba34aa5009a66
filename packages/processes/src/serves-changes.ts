import { liveServers } from "./live-servers.ts";
import { parseShellLine } from "./parse-shell-line.ts";
import { readProgram } from "./read-program.ts";
import { type CallableScripts, readScriptCall } from "./read-script-call.ts";

/** More scripts than this that call each other are taken for a circle. */
const maxDepth = 8;

/** Programs that run several command lines, each one word of theirs. */
const runners: readonly string[] = ["concurrently", "npm-run-all", "run-p", "run-pty"];

/**
 * Whether what a command line starts serves files as they are now: a development server that watches them, a watcher that
 * starts its program anew, or a server of files, also by the name of a script. What is not known to is taken not to. Pure.
 *
 * @example
 * ```ts
 * servesChanges("npm run dev", { scripts: { dev: "vite" } }); //=> true
 * servesChanges("node server.js", { scripts: {} }); //=> false
 * servesChanges("node --watch server.js", { scripts: {} }); //=> true
 * ```
 */
export function servesChanges(line: string, callable: CallableScripts, depth: number = 0): boolean {
  const commands = parseShellLine(line) ?? [];
  return commands.some((command) =>
    isLive(
      command.map(({ text }) => text),
      callable,
      depth,
    ),
  );
}

function isLive(words: readonly string[], callable: CallableScripts, depth: number): boolean {
  const program = readProgram(words);
  if (program === null || depth >= maxDepth) return false;
  // Its own flags stand before what it runs.
  if (words[0] === "deno" && liveServers.some((one) => one.programs.includes("deno") && watches(one, words)))
    return true;
  if (runners.includes(program.name)) {
    return program.words.slice(1).some((line) => servesChanges(line, callable, depth + 1));
  }
  const call = readScriptCall(program.words, callable);
  if (call?.kind === "script") return servesChanges(call.text, call.callable, depth + 1);
  if (call?.kind === "program") return isLive(call.words, call.callable, depth + 1);
  return liveServers.some((one) => one.programs.includes(program.name) && watches(one, program.words.slice(1)));
}

function watches({ words = [], except = [] }: (typeof liveServers)[number], given: readonly string[]): boolean {
  const has = (word: string): boolean => given.some((one) => one === word || one.startsWith(`${word}=`));
  return !except.some(has) && (words.length === 0 || words.some(has));
}
