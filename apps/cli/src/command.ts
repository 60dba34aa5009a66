import type { Context } from "./context.ts";

/** What the parser hands to a command: its arguments by name, its options by their long name in camel case. */
export type CommandArgs = Readonly<Record<string, unknown>>;

/**
 * A command's code, loaded when it is called. `run` returns the JSON document (or an `ExitWith`), `render` the text for
 * people.
 */
export interface CommandModule {
  run(context: Context, args: CommandArgs): Promise<object | undefined>;
  render?(data: never, context: Context): string;
}

/** What a command promises before it is loaded: enough for its help. */
export interface CommandSpec {
  /** The words that call it: `up`, `proxy status`. */
  readonly name: string;
  readonly summary: string;
  /** In commander's notation: `[instance]`, `<label>`. */
  readonly args: readonly (readonly [notation: string, description: string])[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** Left out of the help. @default false */
  readonly hidden?: true;
}

/** One option in commander's notation; the word in angle brackets tells how its value is read. */
export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
}
