/** Lays rows out in columns, two spaces apart; colours do not count as width. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, visible(cell).length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - visible(cell).length))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI colours begin with the escape character
  return text.replace(/\u001b\[\d+m/g, "");
}
