import { type EngineContainerDetail, proxyContainer } from "@cspace/compose";
import { type Check, judgeRoute, type RouteEvidence } from "@cspace/doctor";
import { needsNoRule } from "@cspace/hostnames";
import { buildMark } from "@cspace/labels";
import { type NameResolution, probeRoute, probeScheme, resolveName, within } from "@cspace/ports";
import { parseListenTable, readListeners, thisSystem } from "@cspace/processes";
import { describeListed } from "../describe/describe-listed.ts";
import { findKnown } from "../describe/find-known.ts";
import type { MachineInstance, MachineRoute } from "../describe/merge-instances.ts";
import { pickRoute } from "../describe/pick-route.ts";
import type { Known } from "../describe/read-known.ts";
import type { Instance, Route } from "../documents.ts";
import { createLookInside } from "../machine/look-inside.ts";
import { type Machine, openEngine } from "../machine/open-engine.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";

/** Options of {@link examineRoutes}. */
export interface ExamineRoutesOptions extends InstanceOptions {
  /** @default every route of the instance */
  readonly label?: string | undefined;
  /** For all of it, in milliseconds. @default 8_000 */
  readonly timeoutMs?: number | undefined;
}

/**
 * Looks at routes of an instance hop by hop, from its name to the app's own answer, and judges each hop. What hangs is `unknown`
 * when its time is over.
 *
 * @throws {CspaceError} `CSPACE_LABEL_UNKNOWN`, and as `describeInstance`.
 */
export async function examineRoutes(options: ExamineRoutesOptions = {}): Promise<Check[]> {
  const { timeoutMs = 8000 } = options;
  const message = `nobody answered within ${timeoutMs / 1000} s`;
  const checks = await within(examine(options), timeoutMs);
  return checks ?? [{ id: "route", status: "unknown", message, evidence: [], fix: null }];
}

async function examine(options: ExamineRoutesOptions): Promise<Check[]> {
  const context = createContext(options);
  const { known, instance } = await findKnown(context);
  const described = await describeListed(instance, known.evidence);
  const machine = instance.engine === "gateway" ? undefined : await openEngine(context).catch(() => undefined);
  const routes = options.label === undefined ? instance.routes : [pickRoute(instance, options.label)];
  const checks = await Promise.all(
    routes.map(async (route) => {
      const shown = described.routes.find(({ label }) => label === route.label);
      if (shown === undefined) return [];
      return judgeRoute(await readRoute({ context, known, instance, described, machine, route, shown }));
    }),
  );
  return checks.flat();
}

interface Looked {
  readonly context: Context;
  readonly known: Known;
  readonly instance: MachineInstance;
  readonly described: Instance;
  readonly machine: Machine | undefined;
  readonly route: MachineRoute;
  readonly shown: Route;
}

async function readRoute(looked: Looked): Promise<RouteEvidence> {
  const { context, known, instance, described, machine, route, shown } = looked;
  const { proxyPort } = known.evidence;
  const container = instance.containers.find(({ service }) => service === route.service);
  const port = route.bindings?.[0]?.hostPort;
  const [own, proxy, listeners, speaks, answer, found] = await Promise.all([
    container && machine?.engine.inspectContainer(container.id),
    machine?.engine.inspectContainer(proxyContainer),
    readOwnListeners(looked, container?.id),
    route.isProcess === true || !route.running || port === undefined ? null : probeScheme({ host: "127.0.0.1", port }),
    readAnswer(shown, { mark: buildMark({ ...instance, label: route.label }), proxyPort }),
    resolveName(shown.hostname, { timeoutMs: 3000, signal: context.signal }),
  ]);
  return {
    label: route.label,
    instance: instance.instance,
    project: instance.project,
    hostname: shown.hostname,
    resolved: resolutions[found],
    isBuiltIn: needsNoRule(shown.hostname) && context.platform !== "darwin",
    state: described.state,
    gone: described.gone,
    directory: instance.directory,
    server: { kind: route.isProcess === true ? "process" : "container", name: route.service, port: route.port },
    running: route.running,
    reason: route.reason ?? null,
    sharedNetworks: route.isProcess === true || own === undefined || proxy === undefined ? null : shared(own, proxy),
    proxy: answer.proxy,
    listeners,
    status: answer.status,
    location: answer.location,
    refused: shown.refused,
    speaks: speaks ?? (route.running && port !== undefined && route.isProcess !== true ? "other" : null),
    scheme: route.scheme ?? "http",
  };
}

const resolutions: Readonly<Record<NameResolution, RouteEvidence["resolved"]>> = {
  loopback: "loopback",
  other: "elsewhere",
  none: "missing",
  unknown: null,
  timeout: null,
};

function shared(own: EngineContainerDetail, proxy: EngineContainerDetail): string[] {
  const names = Object.keys(own.NetworkSettings.Networks);
  // One on the host's network is reached without one.
  if (names.includes("host")) return ["host"];
  // Of several that both are on, Traefik takes the one that it is told.
  const told = own.Config.Labels["traefik.docker.network"];
  return names.filter((name) => proxy.NetworkSettings.Networks[name] !== undefined && (told ?? name) === name);
}

async function readOwnListeners(
  { context, machine, route }: Looked,
  container: string | undefined,
): Promise<RouteEvidence["listeners"]> {
  if (route.isProcess === true)
    return typeof route.pid === "number" ? await readListeners(route.pid, thisSystem) : null;
  if (container === undefined || machine === undefined || !route.running) return null;
  context.signal.throwIfAborted();
  const table = await createLookInside(async () => machine.engine)(container);
  return table === undefined || table === "" ? null : parseListenTable(table);
}

async function readAnswer(
  { hostname }: Route,
  { mark, proxyPort }: { readonly mark: string; readonly proxyPort: number | null },
): Promise<Pick<RouteEvidence, "proxy" | "status" | "location">> {
  if (proxyPort === null) return { proxy: "stopped", status: null, location: null };
  const probe = await probeRoute({ hostname, mark, port: proxyPort, timeoutMs: 3000 });
  if (probe.state !== "claimed") return { proxy: probe.state, status: null, location: null };
  return { proxy: "claimed", status: probe.status, location: probe.location ?? null };
}
