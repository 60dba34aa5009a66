import { CspaceError } from "@cspace/errors";
import { leaseRoute } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { ExitWith } from "../exit-with.ts";
import { refuseDocuments } from "../foreground/refuse-documents.ts";
import { runForeground } from "../foreground/run-foreground.ts";
import { instanceOptions } from "../instance-options.ts";

/** Runs a command in the foreground under a hostname, which is gone the moment the command is. */
export async function run(context: Context, args: CommandArgs): Promise<ExitWith> {
  const { flags, output } = context;
  refuseDocuments(context, "run");
  const label = String(args.label);
  const command = (args.command ?? []) as readonly string[];
  if (command.length === 0) {
    throw new CspaceError<CliErrorCode>("CSPACE_USAGE", "there is no command to run", {
      hint: `name it: cspace run ${label} -- npm run dev`,
    });
  }
  const lease = await leaseRoute({ ...instanceOptions(context), label, command, yes: flags.yes });
  try {
    const code = await runForeground(context, {
      ...lease.command,
      onStart: (pid) => {
        output.note(lease.link);
        lease.follow(pid);
      },
    });
    return new ExitWith(code);
  } finally {
    lease.release();
  }
}
