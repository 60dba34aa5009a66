import { isAbsolute, relative } from "node:path";
import { homePaths, readMachineConfig } from "@cspace/compose";
import { CspaceError, isCspaceError } from "@cspace/errors";
import { parseHostname } from "@cspace/hostnames";
import { describeHolder, portHolder } from "@cspace/ports";
import { readListeners, thisSystem } from "@cspace/processes";
import { readProject } from "@cspace/project";
import { isOfDirectory } from "../choose/ownership.ts";
import { readScope, type Scope } from "../choose/read-scope.ts";
import { describeRoute } from "../describe/describe-listed.ts";
import { findKnown } from "../describe/find-known.ts";
import type { MachineInstance, MachineRoute } from "../describe/merge-instances.ts";
import { pickRoute } from "../describe/pick-route.ts";
import { type Known, readKnown } from "../describe/read-known.ts";
import type { Route } from "../documents.ts";
import { askIdentity } from "../identity/ask-identity.ts";
import type { Identity } from "../identity/identity.ts";
import { readIdentity, tells } from "../identity/read-identity.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import { type Host, openHost } from "../machine/open-host.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { serveContainers } from "../proxy/serve-containers.ts";
import { type CodeEvidence, type CodeState, judgeCode, type Told } from "./judge-code.ts";
import { readContainerCode } from "./read-container-code.ts";
import { readProcessCode } from "./read-process-code.ts";

/** Options of {@link verifyRoute}. */
export interface VerifyRouteOptions extends InstanceOptions {
  /** A label of the instance, or a URL or hostname of this machine. @default the only route there is */
  readonly target?: string | undefined;
}

/** Whether a URL is served by the code of a directory, as it is on disk. */
export interface Verification {
  readonly verified: boolean;
  /** The URL that a program of this machine opens; `null` where there is none. */
  readonly url: string | null;
  /** Why it is not verified, in one sentence; `null` when it is. */
  readonly reason: string | null;
  /** The next command to type; `null` when it is verified. */
  readonly hint: string | null;
  /** Who answers, as far as that is known. */
  readonly identity: Identity | null;
}

/**
 * Verifies that the URL of a route is served by the instance of this directory, and by what is on disk there now: who
 * answers is asked by way of the proxy, and what was started is compared with the files, the image and the settings.
 *
 * @throws {CspaceError} `CSPACE_LABEL_UNKNOWN`, `CSPACE_INSTANCE_AMBIGUOUS`, `CSPACE_PROJECT_NOT_FOUND`, and the engine's
 * errors where it alone could tell.
 * @example
 * ```ts
 * const { verified, reason } = await verifyRoute({ target: "dev" });
 * ```
 */
export async function verifyRoute(options: VerifyRouteOptions = {}): Promise<Verification> {
  const asked = createContext(options);
  const name = await readName(asked, options.target);
  const context = name === undefined ? asked : { ...asked, project: name.project, instance: name.instance };
  const label = name?.label ?? options.target;
  const scope = await readScope(asked);
  try {
    const { known, instance } = await findKnown(context);
    if (known.silence !== null && instance.engine !== "gateway") throw known.silence;
    return await verify({ context, scope, known, instance, route: pickRoute(instance, label) });
  } catch (error) {
    if (!isCspaceError(error) || error.code !== "CSPACE_INSTANCE_UNKNOWN") throw error;
    const other = await findElsewhere(context, scope, label);
    const reason = other === undefined ? error.message : `${error.message}, and ${other}`;
    return { verified: false, url: null, reason, hint: error.hint ?? "start one: cspace up", identity: null };
  }
}

/** The route that a URL or a hostname names; `undefined` of a label. */
async function readName({ env }: Context, target: string | undefined): Promise<ReturnType<typeof parseHostname>> {
  if (target === undefined || !/[.:/]/.test(target)) return undefined;
  const { domains } = await readMachineConfig(homePaths({ env }));
  const url = URL.canParse(target) && /^https?:/.test(target) ? new URL(target) : new URL(`http://${target}`);
  const name = parseHostname(url.hostname, { domains });
  if (name !== undefined) return name;
  throw new CspaceError<InstancesErrorCode>("CSPACE_LABEL_UNKNOWN", `${url.hostname} is no hostname of this machine`, {
    hint: "see those that there are: cspace list --all",
  });
}

interface Looked {
  readonly context: Context;
  readonly scope: Scope;
  readonly known: Known;
  readonly instance: MachineInstance;
  readonly route: MachineRoute;
}

async function verify(looked: Looked): Promise<Verification> {
  const { context, scope, known, instance, route } = looked;
  const host = await openHost(context);
  const isOwn = scope.project === undefined || scope.isElsewhere || isOfDirectory(instance, scope.project);
  const [shown, expected] = await Promise.all([
    describeRoute(instance, route, known.evidence),
    readIdentity(context, instance, route),
  ]);
  const isUp = isOwn && shown.health === "up";
  const [told, intruder, code] = await Promise.all([
    isOwn ? readTold(looked, host, shown) : ({ state: "unasked" } as const),
    isOwn ? readIntruder(route) : null,
    isUp ? readCode(looked, host) : ({ state: "same" } as const),
  ]);
  const evidence: CodeEvidence = {
    name: `${route.label}.${instance.instance}.${instance.project}`,
    instance: instance.instance,
    show: (directory) => showDirectory(context.cwd, directory),
    ...{ isOwn, state: instance.state, health: shown.health, reason: shown.reason, expected, told, intruder, code },
  };
  const judged = judgeCode(evidence);
  const identity = told.state === "told" ? told.identity : expected;
  const { url } = shown;
  return judged.verified
    ? { verified: true, url, reason: null, hint: null, identity }
    : { verified: false, url, reason: judged.reason, hint: judged.hint, identity };
}

/** Asks who answers, where the URL leads by way of the proxy. */
async function readTold({ context, known, instance, route }: Looked, host: Host, shown: Route): Promise<Told> {
  const { proxyPort } = known.evidence;
  // A program that finds no hostname gets a port of this machine, and whose that is the engine or the daemon has said.
  const url = new URL(shown.browserUrl ?? shown.url ?? "http://localhost");
  if (url.hostname === "localhost" || proxyPort === null || shown.health === "asleep") return { state: "unasked" };
  if (!(await tells(context, instance, route))) return { state: "unasked" };
  // What was started by an older version, or before the machine was, nobody has told of yet.
  if (host.machine !== undefined && route.isProcess !== true) await serveContainers(context, host.machine);
  const { hostname } = url;
  // A proxy that was told just now may need a moment.
  for (let left = 20; ; left -= 1) {
    const asked = await askIdentity({ hostname, port: proxyPort });
    if (asked.state === "told" || asked.state === "unknown" || left === 0) return describeAsked(asked);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

function describeAsked(asked: Awaited<ReturnType<typeof askIdentity>>): Told {
  if (asked.state === "told" || asked.state === "unknown") return asked;
  if (asked.state === "unreachable") return { state: "untold", what: `the proxy does not answer (${asked.reason})` };
  return { state: "untold", what: `it answers with ${asked.status}, and not as this machine's cspace does` };
}

/** Who listens on the port of a process, where that is none of its own. */
async function readIntruder({ isProcess, running, pid, port }: MachineRoute): Promise<CodeEvidence["intruder"]> {
  if (isProcess !== true || !running || typeof pid !== "number") return null;
  const own = await readListeners(pid, thisSystem);
  if (own === null || own.some((one) => one.port === port)) return null;
  const holder = await portHolder(port);
  return holder === undefined ? null : { port, holder: describeHolder(holder) };
}

async function readCode({ context, instance, route }: Looked, host: Host): Promise<CodeState> {
  const project = await readProject(instance.directory, { env: context.env });
  if (route.isProcess === true) return await readProcessCode(context, { project, instance, route });
  const { machine } = host;
  return machine === undefined
    ? { state: "same" }
    : await readContainerCode(context, { project, instance, route, machine });
}

/** From where another instance of the project serves the label that is meant, in a clause. */
async function findElsewhere(context: Context, scope: Scope, label: string | undefined): Promise<string | undefined> {
  const { instances } = await readKnown(context, scope.projectSlug).catch(() => ({ instances: [] }));
  const others = instances.flatMap((instance) =>
    instance.routes
      .filter((route) => label === undefined || route.label === label)
      .map((route) => ({ instance, route })),
  );
  const [first, ...more] = others;
  if (first === undefined || more.length > 0) return undefined;
  const { directory, branch } = await readIdentity(context, first.instance, first.route);
  const name = `${first.route.label}.${first.instance.instance}.${first.instance.project}`;
  const where = showDirectory(context.cwd, directory);
  return `${name} is served from ${branch === null ? where : `${where}, branch ${branch}`}`;
}

/** As short as it is clear. */
function showDirectory(cwd: string, directory: string): string {
  const near = relative(cwd, directory);
  if (near === "") return "this directory";
  return isAbsolute(near) || near.startsWith("../../..") ? directory : near;
}
