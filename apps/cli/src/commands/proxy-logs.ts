import { dnsContainer, proxyContainer } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { openEngine } from "../core/open-engine.ts";
import { printLogs } from "../core/print-logs.ts";
import type { CliErrorCode } from "../errors.ts";

/** Prints what Traefik and CoreDNS write. */
export async function run(context: Context, args: CommandArgs): Promise<undefined> {
  const machine = await openEngine(context);
  const names = [proxyContainer, dnsContainer];
  const found = await Promise.all(names.map((name) => machine.engine.inspectContainer(name)));
  const sources = names.flatMap((name, index) => (found[index] === undefined ? [] : [{ container: name, name }]));
  if (sources.length === 0) {
    throw new CspaceError<CliErrorCode>("CSPACE_PROXY_STOPPED", "the proxy does not run", {
      hint: "start it: cspace proxy up",
    });
  }
  await printLogs(context, machine, sources, args);
  return undefined;
}
