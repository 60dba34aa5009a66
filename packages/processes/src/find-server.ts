import type { DevServer } from "./dev-server.ts";
import { devServers } from "./dev-servers.ts";
import { parseShellLine } from "./parse-shell-line.ts";
import { readProgram } from "./read-program.ts";
import { type CallableScripts, readScriptCall } from "./read-script-call.ts";

/** A server that a command line starts, and how it is given more words. */
export interface FoundServer {
  readonly server: DevServer;
  /** The words after its program, wherever they are written. */
  readonly words: readonly string[];
  /** Where in the line more words for it go. */
  readonly position: number;
  /** The words that go before those, so that script runners hand them on: `--` for npm. */
  readonly lead: readonly string[];
}

/** More scripts than this that call each other are taken for a circle. */
const maxDepth = 8;

/**
 * The first server of the table that a command line starts, also by the name of a script; `null` when there is none, or
 * when it is started in a way that no word can be added to.
 */
export function findServer(line: string, callable: CallableScripts, depth: number = 0): FoundServer | null {
  const commands = parseShellLine(line) ?? [];
  for (const command of commands) {
    const position = command.at(-1)?.end ?? 0;
    // What a script runner adds goes to the end of the script, so only the command there gets it.
    if (depth > 0 && line.slice(position).trim() !== "") continue;
    const words = command.map(({ text }) => text);
    const found = findInWords(words, callable, depth);
    if (found !== null) return { ...found, position };
  }
  return null;
}

function findInWords(
  words: readonly string[],
  callable: CallableScripts,
  depth: number,
): Omit<FoundServer, "position"> | null {
  const program = readProgram(words);
  if (program === null) return null;
  const call = readScriptCall(program.words, callable);
  if (call === null) {
    const server = devServers.find((one) => isServing(one, program.name, program.words.slice(1)));
    return server === undefined ? null : { server, words: program.words.slice(1), lead: [] };
  }
  if (call.kind === "program") return findInWords(call.words, call.callable, depth);
  const inner = depth >= maxDepth ? null : findServer(call.text, call.callable, depth + 1);
  if (inner === null || (inner.lead.length > 0 && !call.keepsDashes)) return null;
  const lead = call.needsDashes ? ["--", ...inner.lead] : inner.lead;
  return { server: inner.server, words: [...inner.words, ...call.words], lead };
}

function isServing({ programs, serves, others = [] }: DevServer, program: string, words: readonly string[]): boolean {
  if (!programs.includes(program) || words.some((word) => others.includes(word))) return false;
  return serves.includes("") || words.some((word) => serves.includes(word));
}
