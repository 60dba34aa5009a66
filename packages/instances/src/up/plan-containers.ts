import {
  type ComposeModel,
  type InstancePlan,
  type InstanceRecord,
  planInstance,
  readMountedTexts,
  type Selection,
  type ServiceTrust,
} from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { buildHostname, needsNoRule } from "@cspace/hostnames";
import { resolveName } from "@cspace/ports";
import { buildEnvironment, type Project } from "@cspace/project";
import type { Origin } from "../https/choose-origin.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import { type ChosenRoute, planRoutes } from "./plan-routes.ts";
import type { RoutedProcess } from "./read-processes.ts";

/** What the containers of an instance are planned from. */
export interface ContainerFacts {
  readonly project: Project;
  readonly record: InstanceRecord;
  readonly model: ComposeModel;
  readonly domains: readonly string[];
  /** What the URLs of its environment begin with. */
  readonly origin: Origin;
  /** Where HTTPS is answered, where all are to be sent there. */
  readonly redirectTo: number | undefined;
  /** By service: what lets its containers trust this machine's certificates. */
  readonly trust: Readonly<Record<string, ServiceTrust>>;
  readonly processes: readonly RoutedProcess[];
  readonly selection: Selection;
  /** The services that are to be started, with what they depend on. @default all */
  readonly part?: readonly string[] | undefined;
  /** Variables that Docker's client gives every container. */
  readonly clientProxy: Readonly<Record<string, string>>;
}

/**
 * Plans the containers of an instance.
 *
 * @param options.browserDomain The domain that its browsers were given already. @default the first if the machine finds
 * it now, else the one that browsers find by themselves
 * @throws {CspaceError} what `planRoutes` and `planInstance` throw.
 */
export async function planContainers(
  {
    project,
    record,
    model,
    domains,
    origin,
    redirectTo,
    trust,
    processes,
    selection,
    part,
    clientProxy,
  }: ContainerFacts,
  options: { readonly browserDomain: string | undefined },
): Promise<InstancePlan> {
  const { scale, schemes } = selection;
  requireServices(model, Object.keys(scale ?? {}));
  const routes = planRoutes(project, model, schemes);
  const browserDomain = options.browserDomain ?? (await chooseBrowserDomain(domains, routes, record));
  const environment = buildEnvironment({
    project: record.project,
    instance: record.instance,
    domain: domains[0] as string,
    browserDomain,
    ...origin,
    routes: [...routes, ...processes],
  });
  const mounted = await readMountedTexts(model);
  const labels = processes.map(({ label }) => label);
  return planInstance({
    ...record,
    model,
    routes,
    processes: labels,
    domains,
    browserDomain,
    environment,
    protocol: origin.protocol,
    redirectTo,
    trust,
    mounted,
    clientProxy,
    scale,
    part,
  });
}

function requireServices({ services }: ComposeModel, names: readonly string[]): void {
  const unknown = names.find((name) => services[name] === undefined);
  if (unknown === undefined) return;
  throw new CspaceError<InstancesErrorCode>("CSPACE_LABEL_UNKNOWN", `there is no service ${unknown} to scale`, {
    hint: `there are: ${Object.keys(services).sort().join(", ")}`,
  });
}

async function chooseBrowserDomain(
  domains: readonly string[],
  [route]: readonly ChosenRoute[],
  names: { readonly project: string; readonly instance: string },
): Promise<string> {
  const first = domains[0] as string;
  const builtIn = domains.find(needsNoRule);
  if (builtIn === undefined || route === undefined) return first;
  const hostname = buildHostname({ label: route.label, ...names }, { domain: first });
  return (await resolveName(hostname)) === "loopback" ? first : builtIn;
}
