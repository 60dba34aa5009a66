import { dnsContainer, proxyContainer } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { openHost } from "../core/open-host.ts";
import { printDaemonLog } from "../core/print-daemon-log.ts";
import { printLogs } from "../core/print-logs.ts";
import type { CliErrorCode } from "../errors.ts";

/** Prints what Traefik and CoreDNS write; without an engine, what the gateway does. */
export async function run(context: Context, args: CommandArgs): Promise<undefined> {
  const { machine, paths } = await openHost(context);
  if (machine === undefined) {
    await printDaemonLog(context, paths, args);
    return undefined;
  }
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
