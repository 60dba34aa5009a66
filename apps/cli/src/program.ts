import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { CommandArgs, CommandSpec, OptionSpec } from "./command.ts";
import { commands, globalOptions } from "./command-table.ts";
import { separateCommand } from "./separate-command.ts";

/** What was asked for, when it was a command. */
export interface ParsedCommand {
  /** The words that call it. */
  readonly name: string;
  /** Options and arguments; an argument goes before an option of the same name. */
  readonly args: CommandArgs;
  /** The options alone. */
  readonly options: CommandArgs;
}

/** Whether an error is one of the parser's, about how a command was typed. */
export function isUsageError(error: unknown): error is CommanderError {
  return error instanceof CommanderError;
}

/** Where the parser prints its help. */
export interface ProgramStreams {
  readonly write: (text: string) => void;
  readonly columns: number | undefined;
}

/**
 * Parses a command line. `undefined`: help or the version was asked for and printed.
 *
 * @throws {CommanderError} for wrong usage, with commander's own words.
 */
export function parseCommand(
  argv: readonly string[],
  version: string,
  streams: ProgramStreams,
): ParsedCommand | undefined {
  let parsed: ParsedCommand | undefined;
  const program = new Command("cspace")
    .description("One stable address for every service of every running copy of a project.")
    .version(version, "-V, --version", "print the version")
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: streams.write,
      writeErr: () => undefined,
      ...(streams.columns === undefined ? {} : { getOutHelpWidth: () => streams.columns as number }),
    });
  for (const option of globalOptions) program.addOption(buildOption(option));
  const groups = new Map<string, Command>();
  for (const spec of commands) {
    const [first = "", second] = spec.name.split(" ");
    const parent = second === undefined ? program : groupOf(program, groups, first);
    const command = parent
      .command(second ?? first, { hidden: spec.hidden === true })
      .description(spec.summary)
      .allowExcessArguments(false);
    for (const [notation, description] of spec.args) command.argument(notation, description);
    for (const option of spec.options) command.addOption(buildOption(option));
    command.addHelpText("after", `\nExamples:\n${spec.examples.map((example) => `  ${example}`).join("\n")}`);
    command.action(() => {
      const options = command.optsWithGlobals();
      parsed = { name: spec.name, options, args: { ...options, ...namedArgs(spec, command.args) } };
    });
  }
  if (argv.length === 0) program.outputHelp();
  else program.parse(withoutHelp(separateCommand(argv)), { from: "user" });
  return parsed;
}

/** Help of a command that there is not would be that of the program, as if all were well. */
function withoutHelp(argv: readonly string[]): readonly string[] {
  const [first = ""] = argv;
  const isKnown = commands.some(({ name }) => name.split(" ")[0] === first);
  return first.startsWith("-") || isKnown ? argv : argv.filter((word) => word !== "--help" && word !== "-h");
}

function groupOf(program: Command, groups: Map<string, Command>, name: string): Command {
  const existing = groups.get(name);
  if (existing !== undefined) return existing;
  const group = program
    .command(name)
    .description(`${name}: ${subcommandsOf(name).join(", ")}`)
    .helpCommand(false);
  group.exitOverride((error) => {
    if (error.code !== "commander.help") throw error;
    const message = `error: ${name} needs a command: ${subcommandsOf(name).join(", ")}`;
    throw new CommanderError(1, "commander.missingCommand", message);
  });
  groups.set(name, group);
  return group;
}

function subcommandsOf(group: string): string[] {
  return commands.filter(({ name }) => name.startsWith(`${group} `)).map(({ name }) => name.slice(group.length + 1));
}

function namedArgs(spec: CommandSpec, values: readonly string[]): CommandArgs {
  const names = spec.args.map(([notation]) => notation.replace(/[[\]<>.]/g, ""));
  return Object.fromEntries(
    names.flatMap((name, index) => {
      if (values[index] === undefined) return [];
      return [[name, spec.args[index]?.[0].includes("...") === true ? values.slice(index) : values[index]]];
    }),
  );
}

function buildOption({ flags, description }: OptionSpec): Option {
  // Dots behind the word: the option may be given again; it never takes more than one word.
  const option = new Option(flags.replace(/\.\.\.$/, ""), description);
  const parse = parsers[/<.*/.exec(flags)?.[0] ?? ""];
  return parse === undefined ? option : option.argParser(parse);
}

/** How the values of an option that may be given several times come together. */
function collect(read: (text: string) => unknown): (text: string, before: unknown) => unknown[] {
  return (text, before) => [...(Array.isArray(before) ? before : []), read(text)];
}

function readScale(text: string): readonly [service: string, count: number] {
  const [, service = "", count = ""] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
  if (service !== "") return [service, readNumber(count, 0, 1000, "a number from 0 to 1000")];
  throw new InvalidArgumentError("It must be a service and a number: web=3.");
}

/** How values are read, by the word that stands for them; every other one is text. */
const parsers: Readonly<Record<string, (text: string, before: unknown) => unknown>> = {
  "<name>...": collect((text) => text),
  "<file>...": collect((text) => text),
  "<service=number>...": collect(readScale),
  "<seconds>": (text) => readNumber(text, 0, 86_400, "a number of seconds"),
  "<time>": readTime,
  "<span>": (text) => {
    const span = readSpan(text);
    if (span === undefined) throw new InvalidArgumentError("It must be a time span, such as 30d or 12h.");
    return span;
  },
  "<lines>": (text) => readNumber(text, 0, 1_000_000, "a whole number"),
  "<port|auto>": (text) => (text === "auto" ? "auto" : readNumber(text, 1, 65_535, "a port from 1 to 65535, or auto")),
};

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time ago, such as `10m` or `1h30m`, or a date and time. */
function readTime(text: string): Date {
  const ago = readSpan(text);
  if (ago !== undefined) return new Date(Date.now() - ago);
  const date = new Date(text);
  if (!Number.isNaN(date.getTime()) && /^\d{4}-/.test(text)) return date;
  throw new InvalidArgumentError("It must be a time ago, such as 10m, or a date and time.");
}

/** A time span in milliseconds, `1h30m`; `undefined`: it is none. */
function readSpan(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+)(ms|[smhd])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0);
}

function readNumber(text: string, least: number, most: number, what: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be ${what}.`);
}
