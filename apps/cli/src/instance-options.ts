import { CspaceError } from "@cspace/errors";
import type { InstanceOptions } from "@cspace/instances";
import type { Context } from "./context.ts";
import type { CliErrorCode } from "./errors.ts";

/**
 * What the functions of `@cspace/instances` are told, from the flags of a command.
 *
 * @param argument The instance as an argument names it.
 * @throws {CspaceError} `CSPACE_USAGE` when the argument and `--instance` name two.
 */
export function instanceOptions(context: Context, argument?: unknown): InstanceOptions {
  const { cwd, env, platform, signal, flags, output, program } = context;
  return {
    cwd,
    env,
    platform,
    signal,
    project: flags.project,
    instance: nameInstance(flags.instance, argument),
    daemonProgram: [program.node, program.script, "daemon"],
    onNote: (note) => output.note(note),
    onWarning: (warning) => output.warn(warning),
  };
}

function nameInstance(flag: string | undefined, argument: unknown): string | undefined {
  if (typeof argument !== "string") return flag;
  if (flag === undefined || flag === argument) return argument;
  throw new CspaceError<CliErrorCode>("CSPACE_USAGE", `${argument} and --instance ${flag} name two instances`, {
    hint: "name one of them",
  });
}
