/** One ```ts block of a README. */
export interface ReadmeBlock {
  /** The line of its first line of code, counted from 1. */
  readonly line: number;
  readonly code: string;
}

/** Gives the ```ts blocks of a README. */
export function extractBlocks(markdown: string): ReadmeBlock[] {
  const blocks: ReadmeBlock[] = [];
  const lines = markdown.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    if (lines[index] !== "```ts") continue;
    const end = lines.indexOf("```", index);
    if (end === -1) throw new Error(`the block of line ${index + 1} has no end`);
    blocks.push({ line: index + 2, code: lines.slice(index + 1, end).join("\n") });
    index = end;
  }
  return blocks;
}

/**
 * Makes a program of a block: each line `expression; //=> value` becomes an assertion that the two are deeply equal. An
 * import that needs no line of its own keeps the lines where they are.
 *
 * @throws when a `//=>` stands behind anything but one expression on one line.
 */
export function toProgram({ code, line }: ReadmeBlock): string {
  const lines = code.split("\n").map((text, index) => {
    if (!text.includes("//=>")) return text;
    const match = /^(?!\s|\}|\)|const |let |import |throw |return )(.+);\s+\/\/=> (.+)$/.exec(text);
    if (match === null) throw new Error(`line ${line + index}: "//=>" must follow one expression and its semicolon`);
    return `assert.deepStrictEqual(${match[1]}, ${match[2]});`;
  });
  return `${lines.join("\n")}\nimport assert from "node:assert";\nexport {};\n`;
}
