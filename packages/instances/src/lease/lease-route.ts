import { type DaemonErrorCode, ensureDaemon, holdRoute } from "@cspace/daemon";
import { CspaceError } from "@cspace/errors";
import { buildHostname, buildUrl, needsNoRule, parseSlug } from "@cspace/hostnames";
import { findFreePort, resolveName } from "@cspace/ports";
import { followPort } from "@cspace/processes";
import { choiceSources } from "../choose/choice-sources.ts";
import { chooseForUp } from "../choose/choose-for-up.ts";
import { readProjectScope } from "../choose/read-scope.ts";
import { readRunEnvironment } from "../environment/read-run-environment.ts";
import { chooseOrigin, type Origin, redirectPort } from "../https/choose-origin.ts";
import { readHostTrust } from "../https/read-host-trust.ts";
import { serveHttps } from "../https/serve-https.ts";
import { openHost } from "../machine/open-host.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { type ProcessFront, serveProcesses } from "../proxy/serve-processes.ts";
import { type ForegroundPlan, planForeground } from "./plan-foreground.ts";

/** Options of {@link leaseRoute}. */
export interface LeaseRouteOptions extends InstanceOptions {
  readonly label: string;
  /** The command and its words; at least one. */
  readonly command: readonly string[];
  /** Takes an instance whose directory is gone. @default false */
  readonly yes?: boolean | undefined;
}

/** A route that lasts as long as this process, until it is released. */
export interface RouteLease {
  /** The link for a person's browser. */
  readonly link: string;
  /** The command as it has to be called to listen where the route leads. */
  readonly command: ForegroundPlan;
  /** Leads the route to wherever a process and what it started listen, until the route is released. */
  readonly follow: (pid: number) => void;
  readonly release: () => void;
}

/**
 * Takes a route for a command that the caller runs in the foreground, and holds it, whatever becomes of the daemon.
 *
 * @throws {CspaceError} `CSPACE_LABEL_TAKEN` while something else serves it, `CSPACE_NAME_INVALID` for a label that is no
 * slug, `CSPACE_PROJECT_NOT_FOUND`, and the daemon's errors.
 */
export async function leaseRoute(options: LeaseRouteOptions): Promise<RouteLease> {
  const { command: words } = options;
  const context = createContext(options);
  const label = parseSlug(options.label, "label");
  const scope = await readProjectScope(context);
  const { project } = scope;
  const host = await openHost(context);
  const request = { fresh: false, yes: options.yes === true, dryRun: false };
  const { record } = await chooseForUp(context, choiceSources(host), scope, request);
  const [daemon, port] = await Promise.all([ensureDaemon(context), findFreePort()]);
  const { domains } = daemon.status.gateway;
  const front = await serveProcesses(context, host, daemon);
  const isSecure =
    host.machine === undefined || (await serveHttps(context, host.machine, { instances: [record], domains }));
  const { settings } = project;
  const trusts = settings.trust !== false;
  const { paths } = host;
  const findOrigin = ({ httpPort, httpsPort }: ProcessFront): Promise<Origin> =>
    chooseOrigin(context, { paths, httpPort, httpsPort: isSecure ? httpsPort : null, kept: undefined, settings });
  let { httpPort } = front;
  const origin = await findOrigin(front);
  const names = { label, ...record };
  // What is done again, behind a command that runs, says nothing.
  const quiet: Context = { ...context, onNote: () => undefined, onStep: () => undefined, onLine: () => undefined };
  const hold = await holdRoute({
    request: { record, label, command: words.join(" "), port, redirectTo: redirectPort(settings, front.httpsPort) },
    client: daemon.client,
    serve: async () => {
      const again = await ensureDaemon(quiet);
      const served = await serveProcesses(quiet, host, again);
      const isElsewhere = served.httpPort !== httpPort;
      httpPort = served.httpPort;
      if (isElsewhere) context.onNote(await chooseLink(names, domains, await findOrigin(served)));
      return again.client;
    },
    onFailure: (reason) =>
      context.onNote(`${label} has lost its hostname, and gets it back as soon as it can: ${reason}`),
  });
  if (hold === undefined) {
    throw new CspaceError<DaemonErrorCode>("CSPACE_LABEL_TAKEN", `${label} of ${record.instance} is served already`, {
      hint: "take another label, or end what serves it: cspace list",
    });
  }
  const ended = new AbortController();
  const release = (): void => {
    ended.abort();
    hold.release();
  };
  try {
    const trust = await readHostTrust(context, { paths, trusts, protocol: origin.protocol, domains });
    const [link, environment, planned] = await Promise.all([
      chooseLink(names, domains, origin),
      readRunEnvironment(context, { record, label, project, port, domains, origin, trust }),
      planForeground(context, words, { port, domains, proxyPort: origin.port }),
    ]);
    context.signal.throwIfAborted();
    const { PORT, HOST } = planned.env;
    return {
      link,
      command: { ...planned, env: { ...context.env, ...planned.env, ...environment, PORT, HOST } },
      follow: (pid) => {
        // Where it listens cannot be told on every system; then it is where it was told to.
        followPort({ pid, port, onPort: hold.lead, signal: ended.signal }).catch(() => undefined);
      },
      release,
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** Under the first domain that a browser finds. */
async function chooseLink(
  names: { readonly label: string; readonly project: string; readonly instance: string },
  domains: readonly string[],
  origin: Origin,
): Promise<string> {
  const first = domains[0] as string;
  const found = (await resolveName(buildHostname(names, { domain: first }), { timeoutMs: 500 })) === "loopback";
  return buildUrl(names, { domain: found ? first : (domains.find(needsNoRule) ?? first), ...origin });
}
