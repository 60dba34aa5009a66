import { basename } from "node:path";
import { type ComposeModel, coreService, servicePorts } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { Scheme } from "@cspace/labels";
import {
  checkRoutePorts,
  checkRoutes,
  formatIssues,
  type Project,
  proposeRoutes,
  type ServicePorts,
} from "@cspace/project";
import type { InstancesErrorCode } from "../instances-error-code.ts";

/** A label, where it is served, and the variables that carry its URL to browsers. */
export interface ChosenRoute {
  readonly label: string;
  readonly service: string;
  readonly port: number;
  readonly env: readonly string[];
  readonly scheme?: Exclude<Scheme, "http"> | undefined;
  readonly sticky?: boolean | undefined;
  readonly exempt?: boolean | undefined;
}

/** The ports of every service of the compose files. */
export type ServicePortList = Readonly<Record<string, ServicePorts>>;

/**
 * Ports of well-known protocols that are not HTTP: without settings they get no route, only their address.
 *
 * @see https://www.iana.org/assignments/service-names-port-numbers
 */
const otherProtocols = new Set([
  21, 22, 23, 25, 53, 110, 143, 389, 465, 587, 636, 993, 995, 1025, 1433, 1521, 1883, 2181, 2222, 3306, 4222, 5432,
  5433, 5672, 6379, 6380, 6432, 7687, 9042, 9092, 9093, 11211, 27017, 27018, 33060, 50051,
]);

/**
 * Gives the routes of an instance: those of the settings, else one for every port that compose mentions and that may
 * speak HTTP.
 *
 * @param schemes By label: what its service turned out to speak, where the settings do not say.
 * @throws {CspaceError} `CSPACE_SETTINGS_INVALID` with every route that names what does not exist.
 */
export function planRoutes(
  project: Project,
  model: ComposeModel,
  schemes: Readonly<Record<string, Scheme>> = {},
): ChosenRoute[] {
  return chooseRoutes(project, model).map((route) => {
    const said = project.settings.routes?.[route.label];
    const { scheme = schemes[route.label] ?? defaultScheme(route.port), sticky } =
      said !== undefined && "service" in said ? said : {};
    return {
      ...route,
      ...(scheme === "http" ? {} : { scheme }),
      ...(sticky === true ? { sticky } : {}),
      ...(said?.wellKnown === false ? { exempt: true } : {}),
    };
  });
}

/** Ports that end as that of HTTPS does, 8443 and 9443 among them, mostly speak it. */
const defaultScheme = (port: number): Scheme => (String(port).endsWith("443") ? "https" : "http");

function chooseRoutes(project: Project, model: ComposeModel): ChosenRoute[] {
  const { settings, settingsFile, settingsText } = project;
  const services = readPorts(model);
  if (Object.keys(services).length === 0) {
    throw new CspaceError<InstancesErrorCode>(
      "CSPACE_NO_SERVICES",
      `the compose files of ${project.directory} have no services`,
      {
        hint: "add one, or name the profile that has some: COMPOSE_PROFILES=<profile> cspace up",
      },
    );
  }
  const text = settingsText === null ? {} : { text: settingsText };
  const issues = checkRoutes(settings, services, text);
  if (issues.length > 0) {
    const file = basename(settingsFile ?? ".cspace.json");
    throw new CspaceError<InstancesErrorCode>(
      "CSPACE_SETTINGS_INVALID",
      `${file} is not valid:\n${formatIssues(file, issues)}`,
      {
        hint: `mend ${settingsFile ?? file}, then run the command again`,
      },
    );
  }
  const own = Object.entries(settings.routes ?? {}).flatMap(([label, route]) =>
    "service" in route ? [{ label, service: route.service, port: route.port, env: route.env ?? [] }] : [],
  );
  const core = Object.entries(settings.container?.ports ?? {}).map(([port, label]) => ({
    label,
    service: coreService,
    port: Number(port),
    env: [],
  }));
  if (settings.routes !== undefined || settings.container !== undefined) return [...own, ...core];
  return Object.entries(proposeRoutes(findHttpPorts(model))).map(([label, { service, port }]) => ({
    label,
    service,
    port,
    env: [],
  }));
}

/** By service: the ports that compose mentions, that may speak HTTP, and that the proxy can reach. */
export function findHttpPorts(model: ComposeModel): ServicePortList {
  const reachable = Object.entries(readPorts(model)).flatMap(([name, { ports }]) =>
    [undefined, "host"].includes(model.services[name]?.network_mode)
      ? [[name, { ports: ports.filter((port) => !otherProtocols.has(port)) }] as const]
      : [],
  );
  return Object.fromEntries(reachable);
}

/** Tells of every route of the settings to a port that its service does not mention, one line each; "" when there is none. */
export function describeDoubts({ settings, settingsFile, settingsText }: Project, model: ComposeModel): string {
  const text = settingsText === null ? {} : { text: settingsText };
  return formatIssues(basename(settingsFile ?? ".cspace.json"), checkRoutePorts(settings, readPorts(model), text));
}

function readPorts(model: ComposeModel): ServicePortList {
  return Object.fromEntries(
    Object.entries(model.services).map(([name, service]) => [name, { ports: servicePorts(service) }]),
  );
}
