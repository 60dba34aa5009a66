import { resolve } from "node:path";
import { isatty } from "node:tty";
import { isCspaceError } from "@cspace/errors";
import packageJson from "../package.json" with { type: "json" };
import type { Context, GlobalFlags, Terminal } from "./context.ts";
import type { CliErrorCode } from "./errors.ts";
import { exitCodeOf, exitCodes } from "./exit-code.ts";
import { ExitWith } from "./exit-with.ts";
import { loadCommand } from "./load-command.ts";
import { CommandFailure } from "./output/command-failure.ts";
import { Output } from "./output/output.ts";
import { isDumb, wantsColor } from "./output/wants-color.ts";
import { isUsageError, type ParsedCommand, parseCommand } from "./program.ts";
import { findWord } from "./words.ts";
import { readWorkingDirectory } from "./working-directory.ts";

/** Runs one command line and gives its exit code. This, `status-main` and `bin` alone touch the process. */
export async function main(argv: readonly string[]): Promise<number> {
  const { env, stdout, stderr } = process;
  const early = new Output({
    stdout,
    stderr,
    json: argv.includes("--json"),
    quiet: false,
    color: wantsColor(!argv.includes("--no-color"), env, stdout.isTTY),
    asideColor: wantsColor(!argv.includes("--no-color"), env, stderr.isTTY),
  });
  for (const stream of [stdout, stderr]) stream.on("error", (error) => leaveUnwritten(error, early));
  let parsed: ParsedCommand | undefined;
  try {
    const streams = { write: (text: string) => void stdout.write(text), columns: stdout.columns };
    parsed = parseCommand(argv, packageJson.version, streams);
  } catch (error) {
    const code = reportUsage(error, early);
    return isStatusLine(argv) ? exitCodes.done : code;
  }
  if (parsed === undefined) return exitCodes.done;
  const flags = readFlags(parsed.options);
  const output = new Output({
    stdout,
    stderr,
    json: flags.json,
    quiet: flags.quiet,
    color: wantsColor(flags.color, env, stdout.isTTY),
    asideColor: wantsColor(flags.color, env, stderr.isTTY),
    live: stderr.isTTY && !isDumb(env),
  });
  const interrupted = new AbortController();
  let onSignal = (_name: NodeJS.Signals): void => {
    if (interrupted.signal.aborted) process.exit(exitCodes.interrupted);
    interrupted.abort();
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => onSignal(name));
  const cwd = typeof parsed.args.cwd === "string" ? resolve(parsed.args.cwd) : readWorkingDirectory(env);
  const context: Context = {
    cwd,
    env,
    platform: process.platform,
    program: { node: process.execPath, script: process.argv[1] ?? "cspace" },
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    isRoot: process.getuid?.() === 0,
    get handsOnTerminal() {
      return process.stdin.isTTY === true && process.stdout.isTTY === true;
    },
    // Only who asks opens the standard input.
    get terminal() {
      return findTerminal(flags);
    },
    flags,
    output,
    signal: interrupted.signal,
    takeSignals: (handler) => {
      onSignal = handler;
      for (const name of ["SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const) process.on(name, () => handler(name));
    },
  };
  try {
    const command = await loadCommand(parsed.name);
    const data = await command.run(context, parsed.args);
    if (data === undefined) return exitCodes.done;
    const document = data instanceof ExitWith ? data.document : data;
    if (document !== undefined && flags.json) output.document(document);
    else if (document !== undefined) output.text(command.render?.(document as never, context) ?? "");
    return data instanceof ExitWith ? data.code : exitCodes.done;
  } catch (error) {
    const code = reportFailure(error, context);
    return isStatusLine(argv) ? exitCodes.done : code;
  }
}

/** Claude Code shows nothing at all of a status line that fails; changing its settings may fail as everything may. */
function isStatusLine([name, ...rest]: readonly string[]): boolean {
  return name === "statusline" && !rest.includes("--install") && !rest.includes("--uninstall");
}

/** Who reads our output may have enough of it, as `head` does; a disk that is full has not. */
function leaveUnwritten(error: NodeJS.ErrnoException, output: Output): never {
  if (error.code === "EPIPE") process.exit(exitCodes.done);
  const code: CliErrorCode = "CSPACE_OUTPUT_FAILED";
  const hint = "see whether the disk is full, then run the command again";
  output.failure({ code, message: `the output cannot be written: ${error.message}`, hint });
  process.exit(exitCodeOf(code));
}

function findTerminal({ json }: GlobalFlags): Terminal | undefined {
  return json || !isatty(0) || !isatty(2) ? undefined : { input: process.stdin, output: process.stderr };
}

function readFlags(args: ParsedCommand["options"]): GlobalFlags {
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  return {
    json: args.json === true,
    yes: args.yes === true,
    dryRun: args.dryRun === true,
    quiet: args.quiet === true,
    verbose: args.verbose === true,
    color: args.color !== false,
    project: text(args.project),
    instance: text(args.instance),
  };
}

function reportUsage(error: unknown, output: Output): number {
  if (!isUsageError(error)) throw error;
  if (error.exitCode === 0) return exitCodes.done;
  const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const word = /^unknown command '(.*)'$/.exec(first)?.[1];
  const suggestion = findWord(word ?? "") ?? rest.join(" ").replace(/^\(|\)$/g, "");
  const failure = {
    code: "CSPACE_USAGE",
    message: first,
    hint: suggestion === "" ? "see what there is: cspace --help" : suggestion.replace(/^Did/, "did"),
  };
  report(failure, {}, output);
  return exitCodes.usage;
}

function reportFailure(caught: unknown, { output, signal, flags }: Context): number {
  const error = caught instanceof CommandFailure ? caught.cause : caught;
  const data = caught instanceof CommandFailure ? caught.data : {};
  if (signal.aborted) {
    const changes = caught instanceof CommandFailure;
    const hint = changes ? "what was running goes on; the same command again finishes it" : undefined;
    report({ code: "CSPACE_INTERRUPTED", message: "interrupted", hint }, data, output);
    return exitCodes.interrupted;
  }
  if (isCspaceError(error)) {
    report(error, data, output);
    return exitCodeOf(error.code);
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = flags.verbose ? undefined : "again with --verbose shows where";
  report({ code: "CSPACE_UNEXPECTED", message, hint }, data, output);
  if (flags.verbose && error instanceof Error) output.aside(`${error.stack}\n`);
  return exitCodes.failed;
}

function report(
  { code, message, hint }: { code: string; message: string; hint: string | undefined },
  data: object,
  output: Output,
): void {
  // In one line, since it may end a stream of JSON Lines.
  if (output.json) output.line({ error: { code, message, hint: hint ?? null }, ...data });
  else output.failure({ code, message, hint });
}
