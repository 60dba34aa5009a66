import { commands, globalOptions } from "./command-table.ts";

const valued: ReadonlySet<string> = new Set(
  globalOptions.flatMap(({ flags }) =>
    flags.includes("<") ? flags.split(" ").filter((one) => one.startsWith("-")) : [],
  ),
);

/**
 * Puts two dashes before the words of a command that is to be run, where nobody has typed them: its options are its own.
 * Options before its first word are cspace's.
 */
export function separateCommand(argv: readonly string[]): readonly string[] {
  let before: number | undefined;
  for (let index = 0, words = 0; index < argv.length; index += 1) {
    const word = argv[index] as string;
    if (word === "--") return argv;
    if (word.startsWith("-") && word !== "-") {
      if (valued.has(word)) index += 1;
      continue;
    }
    before ??= commands
      .find(({ name }) => name === word)
      ?.args.findIndex(([notation]) => notation.includes("command..."));
    if (before === undefined || before === -1) return argv;
    if (words === before + 1) return [...argv.slice(0, index), "--", ...argv.slice(index)];
    words += 1;
  }
  return argv;
}
