import { type PlanCommandOptions, planCommand, readScripts } from "@cspace/processes";
import type { Context } from "../options.ts";

/** A program, its arguments and its environment. */
export interface ForegroundPlan {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Gives a command the flags and variables that its server needs to listen where it is to; its words stay its words. */
export async function planForeground(
  { cwd, platform }: Pick<Context, "cwd" | "platform">,
  words: readonly string[],
  at: Pick<PlanCommandOptions, "port" | "domains" | "proxyPort">,
): Promise<ForegroundPlan> {
  const line = words.map((word) => (/^[\w./:,=@+-]+$/.test(word) ? word : "x")).join(" ");
  const planned = planCommand(line, { ...at, platform, ...(await readScripts(cwd, line)) });
  // Flags are added at the end of a line without operators, so what is new is its last words.
  const added = planned.command.startsWith(line) ? planned.command.slice(line.length).split(" ").filter(Boolean) : [];
  const [file = "", ...rest] = words;
  return { file, args: [...rest, ...added], env: planned.env };
}
