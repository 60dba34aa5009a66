import { CspaceError } from "@cspace/errors";
import { buildHostname, buildUrl, parseSlug } from "@cspace/hostnames";
import { findFreePort, resolveName } from "@cspace/ports";
import { planCommand, readScripts } from "@cspace/processes";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { needsNoRule } from "../core/choose-domains.ts";
import { chooseForUp } from "../core/choose-for-up.ts";
import { claimMachine } from "../core/claim-machine.ts";
import { readScope } from "../core/find-instance.ts";
import { followPort } from "../core/follow-port.ts";
import { holdRoute } from "../core/hold-route.ts";
import { openHost } from "../core/open-host.ts";
import { readRunEnvironment } from "../core/read-run-environment.ts";
import { type ForegroundCommand, runForeground } from "../core/run-foreground.ts";
import { serveProcesses } from "../core/serve-processes.ts";
import { withoutWords } from "../core/without-words.ts";
import { ensureDaemon } from "../daemon/open-daemon.ts";
import type { CliErrorCode } from "../errors.ts";
import { ExitWith } from "../exit-with.ts";

/** Runs a command in the foreground under a hostname, which is gone the moment the command is. */
export async function run(context: Context, args: CommandArgs): Promise<ExitWith> {
  const { flags } = context;
  const refused = flags.json ? "--json" : flags.dryRun ? "--dry-run" : undefined;
  if (refused !== undefined) {
    throw new CspaceError<CliErrorCode>("CSPACE_USAGE", `run has no ${refused}`, {
      hint: "what is printed is the command's own; put its options after its name",
    });
  }
  const label = parseSlug(String(args.label), "label");
  const words = (args.command ?? []) as readonly string[];
  if (words.length === 0) {
    throw new CspaceError<CliErrorCode>("CSPACE_USAGE", "there is no command to run", {
      hint: `name it: cspace run ${label} -- npm run dev`,
    });
  }
  const scope = await readScope(context);
  const { project } = scope;
  if (project === undefined) {
    throw new CspaceError<CliErrorCode>("CSPACE_PROJECT_NOT_FOUND", `no project in ${context.cwd} or above it`, {
      hint: "go to the project's directory, or name it: --cwd <dir>",
    });
  }
  const { output } = context;
  const quiet = withoutWords(context);
  const host = await openHost(context);
  const name = flags.instance;
  const { record } = await chooseForUp(context, claimMachine(host), { ...scope, project }, { name, fresh: false });
  const [daemon, port] = await Promise.all([ensureDaemon(context), findFreePort()]);
  const { domains } = daemon.status.gateway;
  let { httpPort } = await serveProcesses(context, host, daemon);
  const findLink = (): Promise<string> => chooseLink({ label, ...record }, domains, httpPort);
  const hold = await holdRoute({
    request: { record, label, command: words.join(" "), port },
    client: daemon.client,
    serve: async () => {
      const again = await ensureDaemon(quiet);
      const served = await serveProcesses(quiet, host, again);
      const isElsewhere = served.httpPort !== httpPort;
      httpPort = served.httpPort;
      if (isElsewhere) output.note(await findLink());
      return again.client;
    },
    onFailure: (reason) => output.note(`${label} has lost its hostname, and gets it back as soon as it can: ${reason}`),
  });
  if (hold === undefined) {
    throw new CspaceError<CliErrorCode>("CSPACE_LABEL_TAKEN", `${label} of ${record.instance} is served already`, {
      hint: "take another label, or end what serves it: cspace list",
    });
  }
  const ended = new AbortController();
  try {
    const [link, environment, command] = await Promise.all([
      findLink(),
      readRunEnvironment(context, { record, label, project, port, domains, httpPort }),
      planForeground(context, words, { port, domains }),
    ]);
    const { PORT, HOST } = command.env;
    context.signal.throwIfAborted();
    const code = await runForeground(context, {
      ...command,
      env: { ...context.env, ...command.env, ...environment, PORT, HOST },
      onStart: (pid) => {
        output.note(link);
        // Where it listens cannot be told on every system; then it is where it was told to.
        followPort({ pid, port, onPort: hold.lead, signal: ended.signal }).catch(() => undefined);
      },
    });
    return new ExitWith(code);
  } finally {
    ended.abort();
    hold.release();
  }
}

/** The command with the flags that its server needs to listen where it is to; its words stay its words. */
async function planForeground(
  { cwd, platform }: Context,
  words: readonly string[],
  { port, domains }: { readonly port: number; readonly domains: readonly string[] },
): Promise<Omit<ForegroundCommand, "onStart">> {
  const line = words.map((word) => (/^[\w./:,=@+-]+$/.test(word) ? word : "x")).join(" ");
  const planned = planCommand(line, { port, domains, platform, scripts: await readScripts(cwd) });
  // Flags are added at the end of a line without operators, so what is new is its last words.
  const added = planned.command.startsWith(line) ? planned.command.slice(line.length).split(" ").filter(Boolean) : [];
  const [file = "", ...rest] = words;
  return { file, args: [...rest, ...added], env: planned.env };
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
