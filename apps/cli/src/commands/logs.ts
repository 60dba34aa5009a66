import { CspaceError } from "@cspace/errors";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { findLogged } from "../core/find-logged.ts";
import { followLogs } from "../core/follow-logs.ts";
import { openEngine } from "../core/open-engine.ts";
import { printLogs } from "../core/print-logs.ts";
import { printProcessLogs } from "../core/print-process-logs.ts";
import type { CliErrorCode } from "../errors.ts";
import type { ExitWith } from "../exit-with.ts";

/** Prints what the services and processes of an instance write, also of one whose processes have ended. */
export async function run(context: Context, args: CommandArgs): Promise<ExitWith | undefined> {
  const instance = await findLogged(context);
  const { logged, silence } = instance;
  const label = typeof args.label === "string" ? args.label : undefined;
  const service = instance.routes.find((route) => route.label === label)?.service ?? label;
  const containers = instance.containers.filter((one) => service === undefined || one.service === service);
  const processes = logged.filter((one) => label === undefined || one === label);
  if (containers.length === 0 && processes.length === 0) {
    // What the engine alone could tell is no mistake of the label's.
    if (silence !== null) throw silence;
    const labels = instance.routes.map((route) => route.label);
    const all = [...new Set([...labels, ...instance.services, ...logged])].sort();
    const what = label === undefined ? "no logs yet" : `no route, service or process ${label}`;
    throw new CspaceError<CliErrorCode>("CSPACE_LABEL_UNKNOWN", `${instance.instance} has ${what}`, {
      hint: `there are: ${all.join(", ") || "none"}`,
    });
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
  if (args.follow !== true) {
    for (const print of printers) await print();
    return undefined;
  }
  return await followLogs(context, () => Promise.all(printers.map((print) => print())));
}
