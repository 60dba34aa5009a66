import type { RunCompose } from "../engine/run-compose.ts";

/** The part of Compose's normalised model that cspace reads; the rest is hashed, not understood. */
export interface ComposeModel {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks?: Readonly<Record<string, ComposeNetwork>>;
  readonly volumes?: Readonly<Record<string, { readonly name?: string; readonly external?: boolean } | null>>;
  readonly [section: string]: unknown;
}

/** One service of the model. */
export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context?: string; readonly dockerfile?: string };
  readonly volumes?: readonly { readonly type?: string; readonly source?: string; readonly target?: string }[];
  readonly pull_policy?: string;
  readonly container_name?: string;
  readonly hostname?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly domainname?: string;
  readonly network_mode?: string;
  readonly restart?: string;
  readonly scale?: number;
  readonly deploy?: { readonly replicas?: number; readonly restart_policy?: { readonly condition?: string } };
  readonly healthcheck?: { readonly disable?: boolean };
  readonly networks?: Readonly<
    Record<string, { readonly aliases?: readonly string[]; readonly ipv4_address?: string } | null>
  >;
  readonly ports?: readonly { readonly target: number; readonly protocol?: string }[];
  readonly expose?: readonly (string | number)[];
  readonly depends_on?: Readonly<Record<string, { readonly condition?: string }>>;
  readonly [key: string]: unknown;
}

/** One network of the model. */
export interface ComposeNetwork {
  readonly name?: string;
  readonly driver?: string;
  readonly external?: boolean;
  readonly ipam?: { readonly config?: readonly unknown[] };
  readonly [key: string]: unknown;
}

/** Options of {@link readComposeModel}. */
export interface ReadComposeModelOptions {
  readonly compose: RunCompose;
  /** The project's directory, which all paths of the files are relative to. */
  readonly directory: string;
  /** The user's compose files, absolute. */
  readonly files: readonly string[];
  readonly composeProject: string;
  /** Variables that the user's files may interpolate. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Receives what Compose warns of, such as a variable that is not set. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Reads the user's compose files as Compose itself understands them.
 *
 * @throws {CspaceError} `CSPACE_COMPOSE_FAILED` with Compose's own words, `CSPACE_COMPOSE_MISSING`.
 * @see https://docs.docker.com/reference/cli/docker/compose/config/
 */
export async function readComposeModel(options: ReadComposeModelOptions): Promise<ComposeModel> {
  const { compose, directory, env, signal } = options;
  const onLine = (line: string): void => {
    const warning = /level=warning msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    if (warning !== undefined) options.onWarning?.(warning.replaceAll('\\"', '"'));
  };
  const args = [...composeArguments(options), "config", "--format", "json"];
  const out = await compose(args, { cwd: directory, env, signal, readsOnly: true, onLine });
  return JSON.parse(out) as ComposeModel;
}

/** The arguments that name an instance's project and files for every run of Compose. */
export function composeArguments(options: {
  readonly composeProject: string;
  readonly directory: string;
  readonly files: readonly string[];
}): string[] {
  const { composeProject, directory, files } = options;
  return ["-p", composeProject, "--project-directory", directory, ...files.flatMap((file) => ["-f", file])];
}

/** So many ports of one range count: longer ones are for media streams, and no route each. */
const mostExposed = 16;

/** The TCP ports of a service that compose mentions, published ones first. */
export function servicePorts(service: ComposeService): number[] {
  const published = (service.ports ?? [])
    .filter((port) => (port.protocol ?? "tcp") === "tcp")
    .map((port) => port.target);
  const exposed = (service.expose ?? []).flatMap((entry) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?(?:\/tcp)?$/.exec(String(entry)) ?? [];
    if (first === undefined) return [];
    const count = Math.min(Number(last) - Number(first) + 1, mostExposed);
    return Array.from({ length: Math.max(0, count) }, (_, index) => Number(first) + index);
  });
  return [...new Set([...published, ...exposed])];
}

/** How many containers a service has. */
export function replicasOf(service: ComposeService | undefined): number {
  return service?.scale ?? service?.deploy?.replicas ?? 1;
}

/** When the engine restarts a service's container by itself: whenever it exits, only when it fails, or never. */
export function restartPolicy(service: ComposeService): "always" | "on-failure" | "never" {
  const condition = service.deploy?.restart_policy?.condition ?? service.restart ?? "no";
  if (condition === "no" || condition === "none") return "never";
  return condition.startsWith("on-failure") ? "on-failure" : "always";
}

/** The services that another one waits for, whose state Compose therefore waits for before it starts that one. */
export function awaitedServices(model: ComposeModel): ReadonlySet<string> {
  const dependencies = Object.values(model.services).flatMap((service) => Object.entries(service.depends_on ?? {}));
  return new Set(dependencies.flatMap(([name, { condition }]) => (condition === "service_started" ? [] : [name])));
}

/** Services, and all that they depend on, as Compose starts them together. */
export function withDependencies({ services }: ComposeModel, names: readonly string[]): string[] {
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name) || services[name] === undefined) return;
    found.add(name);
    for (const one of Object.keys(services[name].depends_on ?? {})) add(one);
  };
  names.forEach(add);
  return [...found];
}
