import { stripVTControlCharacters } from "node:util";

/** What a program tells a terminal beside text: its title, a link (ECMA-48, 8.3.89: an operating system command and its kind). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const commands = /\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\|$)/g;

/** A colour, or its end (ECMA-48, 8.3.117). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const color = /(\u001b\[[0-9;]*m)/;

/**
 * Text that a program printed, without what a terminal would do with it: nothing of it can move, hide or name anything. Tabs and line
 * breaks stay, and with `colors` what colours it.
 *
 * @example
 * ```ts
 * printable("\u001b[31mred\u001b[0m\u001b]0;title\u0007"); //=> "red"
 * ```
 */
export function printable(text: string, { colors = false }: { readonly colors?: boolean } = {}): string {
  const parts = text.replace(commands, "").split(color);
  return parts.map((part, index) => (index % 2 === 0 ? clean(part) : colors ? part : "")).join("");
}

const clean = (text: string): string => stripVTControlCharacters(text).replace(/[^\P{Cc}\n\t]/gu, "");
