import { CspaceError } from "@cspace/errors";
import type { HostnamesErrorCode } from "@cspace/hostnames";
import type { ResolverErrorCode } from "./resolver-error-code.ts";

const heading = "# begin cspace";
const ending = "# end cspace";
const advice = "cspace dns install writes these lines, cspace dns uninstall removes them";

// What removal has to know of the file as it was before.
const notes = { plain: "", unended: "; the line above had no end", whole: "; the file is cspace's" } as const;
type Note = keyof typeof notes;

interface Block {
  readonly before: string;
  readonly after: string;
  readonly names: readonly string[];
  readonly note: Note;
  readonly lineEnd: string;
}

/**
 * The names in cspace's block of a hosts file; `undefined` when there is no block.
 *
 * @throws `CSPACE_RESOLVER_DAMAGED` when the block is not as cspace wrote it: an end without a beginning, two blocks,
 * foreign lines in it.
 * @example
 * ```ts
 * readHostsBlock("127.0.0.1 localhost\n"); //=> undefined
 * ```
 */
export function readHostsBlock(text: string, path = "/etc/hosts"): readonly string[] | undefined {
  return findBlock(text, path)?.names;
}

/**
 * A hosts file with exactly these names in cspace's block, where it was or at the end; without names, without the block
 * and byte for byte what it was before there was one. `null` is no file. Every other byte stays.
 *
 * The format is that of hosts(5): an address, then names; lines end as the file's own do.
 *
 * @throws `CSPACE_NAME_INVALID` for a name that DNS would not carry in lower case; `CSPACE_RESOLVER_DAMAGED` as
 * `readHostsBlock`.
 * @example
 * ```ts
 * writeHostsBlock("127.0.0.1 localhost\n", []); //=> "127.0.0.1 localhost\n"
 * ```
 */
export function writeHostsBlock(text: string | null, names: readonly string[], path = "/etc/hosts"): string | null {
  const block = text === null ? undefined : findBlock(text, path);
  const sorted = [...new Set(names)].sort();
  for (const name of sorted) if (!isHostname(name)) throw invalidName(name, "is no hostname");
  if (sorted.length === 0) return block === undefined ? text : removeBlock(block);
  if (block !== undefined) return block.before + renderBlock(sorted, block) + block.after;
  if (text === null) return renderBlock(sorted, { note: "whole", lineEnd: "\n" });
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const unended = text !== "" && !text.endsWith("\n");
  const note = unended ? "unended" : "plain";
  return text + (unended ? lineEnd : "") + renderBlock(sorted, { note, lineEnd });
}

/** RFC 1123, section 2.1, in lower case. */
function isHostname(name: string): boolean {
  return name.length <= 253 && name.split(".").every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(label));
}

/** The error for a name that gets no rule. */
export function invalidName(name: string, why: string): CspaceError<HostnamesErrorCode> {
  return new CspaceError("CSPACE_NAME_INVALID", `the name ${JSON.stringify(name)} ${why}`, {
    hint: "use names as buildHostname of @cspace/hostnames makes them",
  });
}

function renderBlock(names: readonly string[], { note, lineEnd }: Pick<Block, "note" | "lineEnd">): string {
  const rows = [`${heading} (${advice}${notes[note]})`, ...names.map((name) => `127.0.0.1 ${name}`), ending];
  return rows.map((row) => row + lineEnd).join("");
}

function removeBlock({ before, after, note, lineEnd }: Block): string | null {
  if (note === "whole" && before === "" && after === "") return null;
  // Lines that were added below need the line end above the block.
  return note === "unended" && after === "" ? before.slice(0, -lineEnd.length) : before + after;
}

function findBlock(text: string, path: string): Block | undefined {
  const begins = [...text.matchAll(/(?<=^|\n)# begin cspace\b[^\n]*/g)];
  const ends = [...text.matchAll(/(?<=^|\n)# end cspace\r?(?:\n|$)/g)];
  const [begin] = begins;
  const [end] = ends;
  if (begin === undefined && end === undefined) return undefined;
  if (begin === undefined || end === undefined || begins.length > 1 || ends.length > 1 || end.index < begin.index) {
    throw damaged(path, "its beginning and end do not match");
  }
  const lineEnd = begin[0].endsWith("\r") ? "\r\n" : "\n";
  const [first = "", ...rows] = text.slice(begin.index, end.index).split(lineEnd);
  const note = noteOf(first);
  if (note === undefined) throw damaged(path, "its first line was changed");
  const names = rows.slice(0, -1).map((row) => {
    const [, name] = /^127\.0\.0\.1 ([a-z0-9.-]+)$/.exec(row) ?? [];
    if (name === undefined) throw damaged(path, `this line in it is not cspace's: ${row}`);
    return name;
  });
  return { before: text.slice(0, begin.index), after: text.slice(end.index + end[0].length), names, note, lineEnd };
}

function noteOf(row: string): Note | undefined {
  return (Object.keys(notes) as Note[]).find((note) => row === `${heading} (${advice}${notes[note]})`);
}

function damaged(path: string, why: string): CspaceError<ResolverErrorCode> {
  return new CspaceError("CSPACE_RESOLVER_DAMAGED", `cspace's block in ${path} is not as cspace wrote it: ${why}`, {
    hint: `remove the lines from "${heading}" to "${ending}" in an editor: sudoedit ${path}`,
  });
}
