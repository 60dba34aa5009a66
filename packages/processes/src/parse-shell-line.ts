/** One word of a command line: what the program gets, as far as that can be told, and where it stands. */
export interface ShellWord {
  /** Without its quotes; expansions of the shell are left as they are written. */
  readonly text: string;
  /** Where it ends in the line. */
  readonly end: number;
}

/** One simple command: its words without redirections. */
export type ShellCommand = readonly ShellWord[];

const separators = /^(?:&&|\|\||;|\||&|\n)/;
const redirection = /^\d*(?:>>|>\||>&|<&|>|<)|^&>>?/;
/** What makes a text more than a list of simple commands: groups, subshells, documents within it. */
const unknown = /^(?:[(){}`]|<<|;;|\$\(|<\(|>\()/;
const keywords = new Set(["!", "[[", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if"]);
for (const word of ["in", "then", "until", "while", "{", "}"]) keywords.add(word);

/**
 * Splits a command line into its simple commands, as a POSIX shell would; `null` for one that has more to it than those
 * (groups, loops, substitutions, comments), of which nothing is claimed.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_03
 */
export function parseShellLine(line: string): readonly ShellCommand[] | null {
  const commands: ShellWord[][] = [[]];
  let position = 0;
  let afterRedirection = false;
  while (position < line.length) {
    const rest = line.slice(position);
    const blank = /^(?:[ \t\r]|\\\r?\n)+/.exec(rest);
    const redirected = redirection.exec(rest);
    const separator = separators.exec(rest);
    if (blank !== null) {
      position += blank[0].length;
    } else if (unknown.test(rest) || rest.startsWith("#")) {
      return null;
    } else if (redirected !== null) {
      afterRedirection = true;
      position += redirected[0].length;
    } else if (separator !== null) {
      if (afterRedirection) return null;
      commands.push([]);
      position += separator[0].length;
    } else {
      const word = readWord(line, position);
      if (word === null) return null;
      const command = commands.at(-1) ?? [];
      if (command.length === 0 && keywords.has(word.text)) return null;
      if (!afterRedirection) command.push(word);
      afterRedirection = false;
      position = word.end;
    }
  }
  return commands.filter((command) => command.length > 0);
}

function readWord(line: string, start: number): ShellWord | null {
  let text = "";
  let position = start;
  while (position < line.length) {
    const rest = line.slice(position);
    if (/^[\s;|&<>]/.test(rest)) break;
    if (/^(?:[()`]|\$\()/.test(rest)) return null;
    const quoted = readQuoted(rest);
    if (quoted === null) return null;
    text += quoted.text;
    position += quoted.length;
  }
  return { text, end: position };
}

/** One character, or one quoted part; `null` when its end is missing or something is substituted in it. */
function readQuoted(rest: string): { readonly text: string; readonly length: number } | null {
  const first = rest[0] ?? "";
  if (first === "'") {
    const end = rest.indexOf("'", 1);
    return end === -1 ? null : { text: rest.slice(1, end), length: end + 1 };
  }
  if (first === '"') {
    const match = /^"((?:[^"\\`]|\\[\s\S])*)"/.exec(rest);
    if (match === null || match[1]?.includes("$(")) return null;
    return { text: (match[1] ?? "").replace(/\\(["\\$`])/g, "$1").replace(/\\\n/g, ""), length: match[0].length };
  }
  if (first === "\\") return rest.length === 1 ? null : { text: rest[1] ?? "", length: 2 };
  return { text: first, length: 1 };
}
