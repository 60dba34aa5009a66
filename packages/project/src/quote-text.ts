const longest = 60;

/**
 * A text in double quotes, safe for one line of a terminal: control, format and separator characters are escaped, and
 * what follows the first 60 UTF-16 code units is dropped.
 */
export function quoteText(text: string): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return JSON.stringify(shown).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
