import { createHash } from "node:crypto";
import { CspaceError } from "@cspace/errors";
import { buildHostname, bypassProxy, composeProjectName, networkName, type RouteName } from "@cspace/hostnames";
import { buildInstanceLabels, buildLabels, labelKeys, type Scheme } from "@cspace/labels";
import type { ComposeErrorCode } from "../errors.ts";
import { type ComposeModel, type ComposeService, servicePorts, withDependencies } from "../model/compose-model.ts";
import { type FixedSubnets, planFixedSubnets } from "../networks/plan-fixed-subnets.ts";
import { type ImageOverride, planImages } from "./plan-images.ts";
import { planTrust, type ServiceTrust, type TrustMount } from "./plan-trust.ts";
import type { InstanceRecord } from "./record.ts";

/** A label and the service that serves it. */
export interface PlannedRoute extends RouteName {
  readonly service: string;
  /** Inside the container. */
  readonly port: number;
  readonly scheme?: Exclude<Scheme, "http"> | undefined;
  /** Whether a client stays with one of several containers. @default false */
  readonly sticky?: boolean | undefined;
  /** Whether its service gets what is asked at `/.well-known/cspace` too. @default false */
  readonly exempt?: boolean | undefined;
}

/** Options of {@link planInstance}. */
export interface PlanInstanceOptions extends InstanceRecord {
  readonly model: ComposeModel;
  readonly routes: readonly Pick<PlannedRoute, "label" | "service" | "port" | "scheme" | "sticky" | "exempt">[];
  readonly domains: readonly string[];
  /** The domain that browsers were given when the instance was created. */
  readonly browserDomain: string;
  /** The labels that processes of the host serve. @default [] */
  readonly processes?: readonly string[];
  /** Goes into every service's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether those URLs are HTTPS. @default "http" */
  readonly protocol?: "http" | "https" | undefined;
  /** Where HTTPS is answered, to which who asks over HTTP is sent. @default nobody is sent away */
  readonly redirectTo?: number | undefined;
  /** By service: what its containers are given so that they trust this machine's certificates. @default {} */
  readonly trust?: Readonly<Record<string, ServiceTrust>> | undefined;
  /** Variables that Docker's client gives every container, because it is configured for a proxy. @default {} */
  readonly clientProxy?: Readonly<Record<string, string>> | undefined;
  /** By path: the text of files that containers are given, where networks have subnets of the user's. @default none */
  readonly mounted?: Readonly<Record<string, string>> | undefined;
  /** By service: how many containers it has, where that is not what the files say. @default {} */
  readonly scale?: Readonly<Record<string, number>> | undefined;
  /** Only these services are to be started, and what they depend on; the others stay as they are. @default all */
  readonly part?: readonly string[] | undefined;
}

/** Everything that `up` is about to ask of Compose, decided without touching anything. */
export interface InstancePlan {
  readonly project: string;
  readonly instance: string;
  readonly composeProject: string;
  readonly directory: string;
  /** `cspace-<project>`. */
  readonly network: string;
  readonly routes: readonly PlannedRoute[];
  /** Every hostname of the instance, under every domain. */
  readonly hostnames: readonly string[];
  /** The services that are to run, with what they depend on; `undefined`: all. */
  readonly part: readonly string[] | undefined;
  /** For each service the hash of all that concerns it: the label `cspace.plan` of its containers. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Compose's names of the networks that want a subnet, by the key in the user's files. */
  readonly subnetNetworks: Readonly<Record<string, string>>;
  /** Networks with a subnet of the user's: those that get one of the instance's own, and those that cannot. */
  readonly fixedSubnets: FixedSubnets;
  /** By service: the names that its containers have on networks of others, by the network's name. */
  readonly sharedNames: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** The override without its subnets; {@link renderOverride} makes the file. */
  readonly services: Readonly<Record<string, ServiceOverride>>;
  /** Networks and volumes that the user gave a fixed name, under names of this instance, and its own beside others'. */
  readonly networks: Readonly<Record<string, { readonly name: string }>>;
  readonly volumes: Readonly<Record<string, { readonly name: string }>>;
  readonly model: ComposeModel;
}

/** What the override says of one service. */
export interface ServiceOverride {
  /** Its image under a name of this instance, where it is built under a fixed one. */
  readonly image?: ImageOverride;
  /** Whether `labels` are all there are: the user's own for Traefik are left out. */
  readonly replacesLabels?: true;
  readonly labels: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** A folder of this machine that its containers may read, for {@link planTrust}'s variables. */
  readonly trust?: TrustMount;
  /** Replaces the user's list; `null` leaves the service without published ports. */
  readonly ports: readonly string[] | null;
  /** Whether `container_name`, `hostname` and `domainname` are taken back. */
  readonly reset: readonly ("container_name" | "hostname" | "domainname")[];
  readonly networks: Readonly<Record<string, { readonly aliases: readonly string[] }>>;
  /** How many containers it has, where that is not what the files say. */
  readonly scale?: number;
}

/**
 * Plans one instance over the user's unchanged compose files: labels, environment, ports of the loopback that Docker
 * chooses, and names that cannot clash between instances. Pure.
 *
 * @throws {CspaceError} `CSPACE_ROUTE_UNREACHABLE` when a routed service has no network of its own.
 */
export function planInstance(options: PlanInstanceOptions): InstancePlan {
  const { project, instance, model, domains } = options;
  const routes = options.routes.map((route) => {
    return { ...route, service: carrierOf(route.service, model), instance, project };
  });
  const composeProject = composeProjectName({ instance, project });
  for (const route of routes) requireReachable(route, model.services[route.service]);
  const hashes: Record<string, string> = {};
  const services: Record<string, ServiceOverride> = {};
  const fixedSubnets = planFixedSubnets(model, options.mounted);
  const networks = { ...planOwnNames(composeProject, model.networks), ...planTwins(composeProject, model) };
  const volumes = planOwnNames(composeProject, model.volumes);
  const images = planImages(composeProject, model);
  for (const [name, service] of Object.entries(model.services)) {
    const own = routes.filter((route) => route.service === name);
    const override = { ...planService(name, service, own, options), ...(images[name] && { image: images[name] }) };
    const hash = createHash("sha256")
      .update(JSON.stringify([service, override, relatedSections(service, model)]))
      .digest("hex")
      .slice(0, 16);
    hashes[name] = hash;
    const scale = options.scale?.[name];
    services[name] = {
      ...override,
      labels: { ...override.labels, [labelKeys.plan]: hash },
      ...(scale === undefined ? {} : { scale }),
    };
  }
  return {
    project,
    instance,
    composeProject,
    directory: options.directory,
    network: networkName(project),
    routes,
    hostnames: routes.flatMap((route) => domains.map((domain) => buildHostname(route, { domain }) as string)),
    part: options.part && withDependencies(model, options.part),
    hashes,
    subnetNetworks: {
      ...planSubnets(composeProject, model, fixedSubnets),
      ...Object.fromEntries(Object.entries(planTwins(composeProject, model)).map(([key, { name }]) => [key, name])),
    },
    fixedSubnets,
    sharedNames: planSharedNames(options),
    services,
    networks,
    volumes,
    model: withScale(model, options.scale),
  };
}

/** As many containers as asked for; a service keeps its hash, for its containers stay as they are. */
function withScale(model: ComposeModel, scale: Readonly<Record<string, number>> = {}): ComposeModel {
  const services = Object.entries(model.services).map(([name, service]) => [
    name,
    scale[name] === undefined ? service : { ...service, scale: scale[name] },
  ]);
  return { ...model, services: Object.fromEntries(services) };
}

/** The service whose network another one uses, which therefore carries its routes: itself, if it has one of its own. */
function carrierOf(name: string, { services }: ComposeModel): string {
  const seen = new Set<string>();
  let carrier = name;
  for (
    let host = hostOf(services[carrier]);
    host !== undefined && !seen.has(carrier);
    host = hostOf(services[carrier])
  ) {
    seen.add(carrier);
    carrier = host;
  }
  return carrier;
}

/** The service whose network this one uses. */
export function hostOf(service: ComposeService | undefined): string | undefined {
  return /^service:(.+)$/.exec(service?.network_mode ?? "")?.[1];
}

function requireReachable(route: PlannedRoute, service: ComposeService | undefined): void {
  const mode = service?.network_mode;
  // One on the host's own network listens on the host, where the proxy finds it as it finds a process.
  if (mode === undefined || mode === "host" || mode === "bridge") return;
  const why = mode === "none" ? "has no network at all" : "uses the network of a container that is not the instance's";
  throw new CspaceError<ComposeErrorCode>(
    "CSPACE_ROUTE_UNREACHABLE",
    `the route ${route.label} cannot reach the service ${route.service}, which ${why} (network_mode: ${mode})`,
    { hint: `take network_mode from ${route.service}, or the route from .cspace.json` },
  );
}

function planService(
  name: string,
  service: ComposeService,
  routes: readonly PlannedRoute[],
  options: PlanInstanceOptions,
): ServiceOverride {
  const { domains, browserDomain, model, clientProxy, redirectTo } = options;
  // What is reached by these names is on this machine, where no proxy of a company's can reach it.
  const near = ["localhost", "127.0.0.1", ...domains.map((domain) => `.${domain}`), ...Object.keys(model.services)];
  const bypass = bypassProxy({ ...clientProxy, ...(service.environment as Record<string, string>) }, near);
  const trust = planTrust(service, options.trust?.[name]);
  const environment = { ...options.environment, ...bypass, ...trust?.environment };
  const routed = routes.length > 0;
  const aliases = [
    ...(service.container_name === undefined ? [] : [service.container_name]),
    ...(routed && service.hostname !== undefined ? hostnameAliases(service) : []),
  ];
  const reset = [
    ...(service.container_name === undefined ? [] : (["container_name"] as const)),
    ...(routed && service.hostname !== undefined ? (["hostname"] as const) : []),
    ...(routed && service.domainname !== undefined ? (["domainname"] as const) : []),
  ];
  const kept = planKeptLabels(service);
  return {
    ...(kept === undefined ? {} : { replacesLabels: true }),
    labels: {
      ...kept,
      ...buildInstanceLabels({ ...options, domain: browserDomain }),
      ...(routed
        ? buildLabels(routes, {
            domains,
            redirectTo,
            sticky: routes.flatMap(({ label, sticky }) => (sticky ? [label] : [])),
            pages: true,
            exempt: routes.flatMap(({ label, exempt }) => (exempt ? [label] : [])),
          })
        : {}),
    },
    environment,
    ...(trust === undefined ? {} : { trust: trust.mount }),
    ports: planPorts(service, routes),
    reset,
    networks: Object.fromEntries(
      Object.entries(service.networks ?? {}).flatMap(([key, network]): [string, { aliases: readonly string[] }][] => {
        const isShared = options.model.networks?.[key]?.external === true;
        if (isShared) return [[twinOf(key), { aliases: [...new Set([...(network?.aliases ?? []), ...aliases])] }]];
        return aliases.length === 0 ? [] : [[key, { aliases }]];
      }),
    ),
  };
}

/**
 * A network of others is shared by all instances, and each would answer to the same short names there. So every instance
 * has a network of its own beside it, on which the short names are, and only names with the instance's on the shared one.
 */
function planTwins(
  composeProject: string,
  { networks = {}, services }: ComposeModel,
): Record<string, { name: string }> {
  const used = new Set(Object.values(services).flatMap((service) => Object.keys(service.networks ?? {})));
  const shared = Object.keys(networks).filter((key) => networks[key]?.external === true && used.has(key));
  return Object.fromEntries(shared.map((key) => [twinOf(key), { name: `${composeProject}_${twinOf(key)}` }]));
}

const twinOf = (network: string): string => `${network}-own`;

function planSharedNames({ model, instance, project }: PlanInstanceOptions): InstancePlan["sharedNames"] {
  return Object.fromEntries(
    Object.entries(model.services).flatMap(([name, service]) => {
      const names = Object.entries(service.networks ?? {}).flatMap(([key, network]): [string, string[]][] => {
        const shared = model.networks?.[key];
        // One with an address of its own is left as it is: it can be there but once.
        if (shared?.external !== true || network?.ipv4_address !== undefined) return [];
        const short = [name, ...(network?.aliases ?? [])];
        return [[shared.name ?? key, short.map((one) => `${one}.${instance}.${project}`)]];
      });
      return names.length === 0 ? [] : [[name, Object.fromEntries(names)]];
    }),
  );
}

/**
 * Labels for a Traefik of the user's would be read by cspace's too: two instances would claim one router, and one option
 * that it does not know makes it skip the whole container, the routes of cspace with it.
 */
function planKeptLabels({ labels = {} }: ComposeService): Record<string, string> | undefined {
  const isForTraefik = (key: string): boolean => key.toLowerCase().startsWith("traefik.");
  if (!Object.keys(labels).some(isForTraefik)) return undefined;
  const others = Object.entries(labels).filter(([key]) => !isForTraefik(key));
  // Compose doubles every dollar of its model.
  return Object.fromEntries(others.map(([key, value]) => [key, value.replaceAll("$$", "$")]));
}

function hostnameAliases({ hostname, domainname }: ComposeService): string[] {
  const name = hostname as string;
  return domainname === undefined ? [name] : [name, `${name}.${domainname}`];
}

/** Every port of a route and every port that the user published or exposed, on a port of 127.0.0.1 that Docker chooses. */
function planPorts(service: ComposeService, routes: readonly PlannedRoute[]): string[] | null {
  if (service.network_mode !== undefined) return service.ports === undefined ? null : [];
  const wanted = new Set([
    ...routes.map((route) => `${route.port}/tcp`),
    ...(service.ports ?? []).map((port) => `${port.target}/${port.protocol ?? "tcp"}`),
    ...servicePorts(service).map((port) => `${port}/tcp`),
  ]);
  if (wanted.size === 0) return null;
  return [...wanted].map((port) => `127.0.0.1::${port.replace(/\/tcp$/, "")}`);
}

/** What the user gave a fixed name would be one for all instances, and two databases on one volume destroy it. */
function planOwnNames(
  composeProject: string,
  section: Readonly<Record<string, { readonly name?: string; readonly external?: boolean } | null>> = {},
): Record<string, { name: string }> {
  return Object.fromEntries(
    Object.entries(section)
      .filter(
        ([key, one]) =>
          one?.external !== true && (one?.name ?? `${composeProject}_${key}`) !== `${composeProject}_${key}`,
      )
      .map(([key]) => [key, { name: `${composeProject}_${key}` }]),
  );
}

function planSubnets(composeProject: string, model: ComposeModel, { moved }: FixedSubnets): Record<string, string> {
  return Object.fromEntries(
    Object.entries(model.networks ?? {})
      .filter(([, network]) => network?.external !== true)
      .filter(([key, network]) => (network?.ipam?.config ?? []).length === 0 || moved[key] !== undefined)
      .filter(([, network]) => network?.driver === undefined || network.driver === "bridge")
      .map(([key]) => [key, `${composeProject}_${key}`]),
  );
}

/** The networks, volumes, configs and secrets of the model that a service uses. */
function relatedSections(service: ComposeService, model: ComposeModel): unknown[] {
  const keys = (section: "volumes" | "configs" | "secrets"): string[] =>
    ((service[section] as { source?: string }[] | undefined) ?? []).flatMap(({ source }) => source ?? []);
  const pick = (section: unknown, wanted: readonly string[]): unknown[] =>
    wanted.map((key) => (section as Record<string, unknown> | undefined)?.[key]);
  return [
    pick(model.networks, Object.keys(service.networks ?? {})),
    pick(model.volumes, keys("volumes")),
    pick(model.configs, keys("configs")),
    pick(model.secrets, keys("secrets")),
  ];
}
