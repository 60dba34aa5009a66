import type { AgentFile, AgentFileHead } from "./agent-file.ts";
import { mark } from "./guide.ts";

/** A file that is cspace's alone. */
export function ownFile(head: AgentFileHead, content: string): AgentFile {
  return {
    ...head,
    look: (text) => {
      if (text === null) return "absent";
      if (!text.includes(mark)) return "foreign";
      return text === content ? "installed" : "outdated";
    },
    put: () => content,
    take: (text) => (text.includes(mark) ? null : text),
  };
}

const begin = `<!-- cspace: ${mark} -->`;
const end = "<!-- /cspace -->";

/** A section of a file that people write: what is around it stays, byte for byte. */
export function section(head: AgentFileHead, content: string): AgentFile {
  const own = `\n${begin}\n${content.trimEnd()}\n${end}\n`;
  const find = (text: string): { readonly from: number; readonly to: number } | undefined => {
    const at = text.indexOf(begin);
    const last = at === -1 ? -1 : text.indexOf(end, at);
    if (last === -1) return undefined;
    const to = last + end.length;
    // The line break before, and the one behind, came with it.
    return { from: text[at - 1] === "\n" ? at - 1 : at, to: text[to] === "\n" ? to + 1 : to };
  };
  const without = (text: string): string => {
    const found = find(text);
    return found === undefined ? text : text.slice(0, found.from) + text.slice(found.to);
  };
  return {
    ...head,
    look: (text) => {
      const found = text === null ? undefined : find(text);
      if (text === null || found === undefined) return "absent";
      const there = text.slice(found.from, found.to);
      return there === own || there === own.slice(1) ? "installed" : "outdated";
    },
    put: (text) => {
      const rest = without(text ?? "");
      return rest === "" ? own.slice(1) : rest + own;
    },
    take: (text) => {
      const rest = without(text);
      return rest === "" && text !== "" ? null : rest;
    },
  };
}
