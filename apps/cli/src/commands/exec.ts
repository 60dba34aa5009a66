import { planExec } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitWith } from "../exit-with.ts";
import { refuseDocuments } from "../foreground/refuse-documents.ts";
import { runForeground } from "../foreground/run-foreground.ts";
import { instanceOptions } from "../instance-options.ts";

/** Hands the terminal to a command in a container, or beside a process of the host. */
export async function run(context: Context, args: CommandArgs): Promise<ExitWith> {
  refuseDocuments(context, "exec");
  const plan = await planExec({
    ...instanceOptions(context),
    target: String(args.target),
    command: args.command as readonly string[] | undefined,
    tty: context.handsOnTerminal,
  });
  try {
    return new ExitWith(await runForeground(context, plan));
  } finally {
    plan.release?.();
  }
}
