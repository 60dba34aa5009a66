import { dnsContainer, proxyContainer } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { followLogs } from "../core/follow-logs.ts";
import { openHost } from "../core/open-host.ts";
import { printDaemonLog } from "../core/print-daemon-log.ts";
import { printLogs } from "../core/print-logs.ts";
import type { CliErrorCode } from "../errors.ts";
import type { ExitWith } from "../exit-with.ts";

/** Prints what Traefik and CoreDNS write; without an engine, what the gateway does. */
export async function run(context: Context, args: CommandArgs): Promise<ExitWith | undefined> {
  const { machine, paths } = await openHost(context);
  if (machine === undefined) {
    return await followLogs(context, () => printDaemonLog(context, paths, args));
  }
  const names = [proxyContainer, dnsContainer];
  const found = await Promise.all(names.map((name) => machine.engine.inspectContainer(name)));
  const sources = names.flatMap((name, index) => (found[index] === undefined ? [] : [{ container: name, name }]));
  if (sources.length === 0) {
    throw new CspaceError<CliErrorCode>("CSPACE_PROXY_STOPPED", "the proxy does not run", {
      hint: "start it: cspace proxy up",
    });
  }
  return await followLogs(context, () => printLogs(context, machine, sources, args));
}
