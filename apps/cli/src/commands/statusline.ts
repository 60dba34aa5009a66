import { CspaceError } from "@cspace/errors";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { changeStatusline, renderStatusline, type StatuslineDocument } from "../statusline/change-statusline.ts";
import { printStatus } from "../statusline/print-status.ts";

/** Prints one line of links for Claude Code, or changes Claude Code's settings so that it is asked for one. */
export async function run(context: Context, args: CommandArgs): Promise<StatuslineDocument | undefined> {
  const { output } = context;
  const { install, uninstall, beside } = args;
  if ([install, uninstall, beside].filter((value) => value !== undefined).length > 1) {
    throw new CspaceError<CliErrorCode>("CSPACE_USAGE", "--install, --uninstall and --beside exclude each other", {
      hint: "give one of them; --install keeps the status line that is there, beside cspace's",
    });
  }
  if (install === true) return await changeStatusline(context, "install");
  if (uninstall === true) return await changeStatusline(context, "uninstall");
  await printStatus(
    { ...context, color: context.flags.color, write: (text) => output.text(text) },
    typeof beside === "string" ? beside : undefined,
  );
  return undefined;
}

/** Renders what became of the settings. */
export function render(data: StatuslineDocument): string {
  return renderStatusline(data);
}
