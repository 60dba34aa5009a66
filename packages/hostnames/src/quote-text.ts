const longest = 80;

/**
 * A text in double quotes, safe for one line of a terminal: control, format, unassigned and separator characters are
 * escaped, and what follows the first 80 UTF-16 code units is dropped.
 */
export function quoteText(text: string): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return JSON.stringify(shown).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
