import { CspaceError } from "@cspace/errors";
import { buildHostname, buildUrl, parseSlug } from "@cspace/hostnames";
import { findFreePort, resolveName } from "@cspace/ports";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { needsNoRule } from "../core/choose-domains.ts";
import { chooseForUp } from "../core/choose-for-up.ts";
import { claimMachine } from "../core/claim-machine.ts";
import { readScope } from "../core/find-instance.ts";
import { openHost } from "../core/open-host.ts";
import { runForeground } from "../core/run-foreground.ts";
import { serveProcesses } from "../core/serve-processes.ts";
import { ensureDaemon } from "../daemon/open-daemon.ts";
import type { CliErrorCode } from "../errors.ts";
import { ExitWith } from "../exit-with.ts";

/** Runs a command in the foreground under a hostname, which is gone the moment the command is. */
export async function run(context: Context, args: CommandArgs): Promise<ExitWith> {
  const label = parseSlug(String(args.label), "label");
  const [file, ...words] = (args.command ?? []) as readonly string[];
  if (file === undefined) {
    throw new CspaceError<CliErrorCode>("CSPACE_USAGE", "there is no command to run", {
      hint: `name it after two dashes: cspace run ${label} -- npm run dev`,
    });
  }
  const scope = await readScope(context);
  const { project } = scope;
  if (project === undefined) {
    throw new CspaceError<CliErrorCode>("CSPACE_PROJECT_NOT_FOUND", `no project in ${context.cwd} or above it`, {
      hint: "go to the project's directory, or name it: --cwd <dir>",
    });
  }
  const host = await openHost(context);
  const name = context.flags.instance;
  const { record } = await chooseForUp(context, claimMachine(host), { ...scope, project }, { name, fresh: false });
  const [daemon, port] = await Promise.all([ensureDaemon(context), findFreePort()]);
  const { httpPort } = await serveProcesses(context, host, daemon);
  const lease = await daemon.client.lease({ record, label, port, command: [file, ...words].join(" ") });
  if (lease === undefined) {
    throw new CspaceError<CliErrorCode>("CSPACE_LABEL_TAKEN", `${label} of ${record.instance} is served already`, {
      hint: "take another label, or end what serves it: cspace list",
    });
  }
  try {
    context.output.note(await chooseLink({ label, ...record }, daemon.status.gateway.domains, httpPort));
    return new ExitWith(
      await runForeground(context, {
        file,
        args: words,
        env: { ...context.env, PORT: String(port), HOST: "127.0.0.1" },
      }),
    );
  } finally {
    lease.release();
  }
}

/** The link for a person's browser: under the first domain that it finds. */
async function chooseLink(
  names: { readonly label: string; readonly project: string; readonly instance: string },
  domains: readonly string[],
  port: number,
): Promise<string> {
  const first = domains[0] as string;
  const found = (await resolveName(buildHostname(names, { domain: first }), { timeoutMs: 500 })) === "loopback";
  return buildUrl(names, { domain: found ? first : (domains.find(needsNoRule) ?? first), port });
}
