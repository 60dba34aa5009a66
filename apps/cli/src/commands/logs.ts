import { CspaceError } from "@cspace/errors";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { findInstance } from "../core/find-instance.ts";
import { openEngine } from "../core/open-engine.ts";
import { printLogs } from "../core/print-logs.ts";
import { printProcessLogs } from "../core/print-process-logs.ts";
import type { CliErrorCode } from "../errors.ts";

/** Prints what the services of an instance write. */
export async function run(context: Context, args: CommandArgs): Promise<undefined> {
  const label = typeof args.label === "string" ? args.label : undefined;
  if (await printProcessLogs(context, label, args)) return undefined;
  const machine = await openEngine(context);
  const { listed } = await findInstance(context, machine, undefined);
  const service = listed.routes.find((route) => route.label === label)?.service ?? label;
  const containers = listed.containers.filter((one) => service === undefined || one.service === service);
  if (containers.length === 0) {
    const known = [...new Set([...listed.routes.map((route) => route.label), ...listed.services])].sort();
    throw new CspaceError<CliErrorCode>("CSPACE_LABEL_UNKNOWN", `${listed.instance} has no route or service ${label}`, {
      hint: `there are: ${known.join(", ")}`,
    });
  }
  const sources = containers.map((one) => ({ container: one.id, name: one.service }));
  await printLogs(context, machine, sources, args);
  return undefined;
}
