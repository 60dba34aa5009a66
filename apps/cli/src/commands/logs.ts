import { CspaceError } from "@cspace/errors";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { findKnown } from "../core/find-route.ts";
import { openEngine } from "../core/open-engine.ts";
import { printLogs } from "../core/print-logs.ts";
import { printProcessLogs, readLoggedLabels } from "../core/print-process-logs.ts";
import type { CliErrorCode } from "../errors.ts";

/** Prints what the services and processes of an instance write. */
export async function run(context: Context, args: CommandArgs): Promise<undefined> {
  const { known, instance } = await findKnown(context, context.flags.instance);
  const label = typeof args.label === "string" ? args.label : undefined;
  const logged = await readLoggedLabels(context, instance);
  const service = instance.routes.find((route) => route.label === label)?.service ?? label;
  const containers = instance.containers.filter((one) => service === undefined || one.service === service);
  const processes = logged.filter((one) => label === undefined || one === label);
  if (containers.length === 0 && processes.length === 0) {
    // What the engine alone could tell is no mistake of the label's.
    if (known.silence !== null) throw known.silence;
    const labels = instance.routes.map((route) => route.label);
    const all = [...new Set([...labels, ...instance.services, ...logged])].sort();
    throw new CspaceError<CliErrorCode>(
      "CSPACE_LABEL_UNKNOWN",
      `${instance.instance} has no route or service ${label}`,
      {
        hint: `there are: ${all.join(", ")}`,
      },
    );
  }
  const sources = containers.map((one) => ({ container: one.id, name: one.service }));
  const printers = [
    async () => {
      if (sources.length > 0) await printLogs(context, await openEngine(context), sources, args);
    },
    async () => {
      if (processes.length > 0) await printProcessLogs(context, instance, processes, args);
    },
  ];
  if (args.follow === true) await Promise.all(printers.map((print) => print()));
  else for (const print of printers) await print();
  return undefined;
}
