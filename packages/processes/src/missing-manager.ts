/** How package managers are installed that Node.js does not bring along. */
const installs: Readonly<Record<string, string>> = {
  pnpm: "corepack enable pnpm, or: npm install --global pnpm",
  yarn: "corepack enable yarn, or: npm install --global yarn",
  bun: "npm install --global bun",
};

/**
 * How the package manager is installed that a process ended for want of, as its last lines say: with 127 a shell ends
 * that finds no such program, and so does the package manager whose script names it.
 */
export function installMissing(code: number | null | undefined, lines: readonly string[]): string | undefined {
  if (code !== 127) return undefined;
  const missing = lines.map((line) => /(?:^|\s)(\w+): (?:command )?not found$/.exec(line)?.[1] ?? "");
  const manager = missing.findLast((name) => Object.hasOwn(installs, name));
  return manager === undefined ? undefined : `install ${manager}: ${installs[manager]}`;
}
