import { CspaceError } from "@cspace/errors";
import { planCompose } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { ExitWith } from "../exit-with.ts";
import { refuseDocuments } from "../foreground/refuse-documents.ts";
import { runForeground } from "../foreground/run-foreground.ts";
import { instanceOptions } from "../instance-options.ts";

/** Hands the terminal to Docker Compose, on exactly this instance. */
export async function run(context: Context, args: CommandArgs): Promise<ExitWith> {
  refuseDocuments(context, "compose");
  const command = (args.command ?? []) as readonly string[];
  if (command.length === 0) {
    throw new CspaceError<CliErrorCode>("CSPACE_USAGE", "there is no command for Docker Compose", {
      hint: "name it: cspace compose ps",
    });
  }
  return new ExitWith(await runForeground(context, await planCompose({ ...instanceOptions(context), command })));
}
