import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { CspaceError } from "@cspace/errors";
import type { DockerEngine } from "../engine/docker-engine.ts";
import { isOlder, type RunCompose, requireCompose } from "../engine/run-compose.ts";
import type { ComposeErrorCode } from "../errors.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { type MachineConfig, readMachineConfig, writeMachineConfig } from "../home/machine-config.ts";
import { withLock } from "../home/with-lock.ts";
import { readReservedSubnets } from "../instance/instance-record.ts";
import { allocateSubnets, subnetsOf } from "../networks/allocate-subnets.ts";
import { attachProxy } from "../networks/apply-attachments.ts";
import { answersDns, answersHttp, untilTrue } from "./check-proxy.ts";
import { choosePort, type PortChoice, portTaken, type TakenPort } from "./choose-proxy-ports.ts";
import { hasProxyFiles, writeProxyFiles } from "./proxy-files.ts";
import { dnsContainer, proxyProject } from "./proxy-names.ts";
import { type ProxyState, readProxyState } from "./proxy-state.ts";
import { type ProxyStackInput, planProxy } from "./render-proxy.ts";

/** Options of {@link ensureProxy}. */
export interface EnsureProxyOptions {
  readonly engine: DockerEngine;
  readonly compose: RunCompose;
  readonly paths: HomePaths;
  /** A port that the user names, or `"auto"` to forget the one that was kept. @default the kept one */
  readonly httpPort?: number | "auto" | undefined;
  /** As `httpPort`, for DNS. */
  readonly dnsPort?: number | "auto" | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** What {@link ensureProxy} found or made. */
export interface EnsuredProxy {
  readonly changed: boolean;
  readonly httpPort: number;
  /** `null`: the proxy goes on without DNS. */
  readonly dnsPort: number | null;
  readonly domains: readonly string[];
  /** Each a sentence for the user: a port that was taken, a DNS that had to be left out. */
  readonly notes: readonly string[];
}

/**
 * Makes sure that the proxy runs as it should: files as rendered, containers of that rendering, every network attached
 * before it starts. Starts only what is missing or changed, and touches nothing when all is well.
 *
 * @throws {CspaceError} `CSPACE_PORT_TAKEN`, `CSPACE_PROXY_FOREIGN`, `CSPACE_PROXY_FAILED`, and what Compose and the
 * engine throw.
 */
export async function ensureProxy(options: EnsureProxyOptions): Promise<EnsuredProxy> {
  const asked = options.httpPort !== undefined || options.dnsPort !== undefined;
  if (!asked) {
    const ready = await readReadyProxy(options);
    if (ready !== undefined) return ready;
  }
  return await withLock(options.paths, "proxy", () => ensureLocked(options, asked), { signal: options.signal });
}

/** The proxy when nothing needs to be done to it; attachments are looked at by {@link attachProxy}. */
async function readReadyProxy({ engine, paths }: EnsureProxyOptions): Promise<EnsuredProxy | undefined> {
  const [config, state, machine] = await Promise.all([
    readMachineConfig(paths),
    readProxyState(engine),
    readMachine(engine),
  ]);
  const { httpPort, dnsPort, home } = state;
  if (state.state !== "running" || httpPort === null || dnsPort === null || home === null) return undefined;
  if ((config.httpPort ?? httpPort) !== httpPort || (config.dnsPort ?? dnsPort) !== dnsPort) return undefined;
  if (machine.subnet === undefined) return undefined;
  const stack = planProxy({ ...machine, subnet: machine.subnet, httpPort, dnsPort, domains: config.domains }, home);
  if (stack.hash !== state.hash) return undefined;
  if (home === paths.home && !(await hasProxyFiles(paths, stack))) return undefined;
  return { changed: false, httpPort, dnsPort, domains: config.domains, notes: [] };
}

async function ensureLocked(options: EnsureProxyOptions, asked: boolean): Promise<EnsuredProxy> {
  const { engine, compose, paths, signal, onLine } = options;
  if (!asked) {
    const ready = await readReadyProxy(options);
    if (ready !== undefined) return ready;
  }
  await requireCompose(compose, "/");
  const state = await readProxyState(engine);
  refuseForeign(state, paths);
  const config = await rememberChoice(options);
  const refused = { http: new Set<number>(), dns: new Set<number>() };
  for (;;) {
    const { httpPort, dnsPort, notes } = await choosePorts(config, state, refused, options);
    const stack = planProxy(
      { ...(await chooseMachine(engine, compose, config, paths)), httpPort, dnsPort, domains: config.domains },
      paths.home,
    );
    const edited = !(await hasProxyFiles(paths, stack));
    if (edited) await writeProxyFiles(paths, stack, config.domains);
    const run = (...args: string[]): Promise<string> =>
      compose(["-p", proxyProject, "-f", "docker-compose.yml", ...args], {
        cwd: paths.proxy,
        signal,
        onLine,
      });
    try {
      await run("up", "--no-start", "--remove-orphans");
      await attachProxy(engine, config.domains);
      await run("up", "-d", "--remove-orphans");
    } catch (error) {
      const conflict = readPortConflict(error, { httpPort, dnsPort });
      if (conflict === undefined || refused[conflict.kind].has(conflict.port)) throw error;
      refused[conflict.kind].add(conflict.port);
      continue;
    }
    if (edited && stack.hash === state.hash && dnsPort !== null) await engine.restartContainer(dnsContainer);
    await keepPorts(paths, config, { httpPort, dnsPort });
    await requireAnswers({ httpPort, dnsPort, domain: config.domains[0] as string, signal });
    return { changed: true, httpPort, dnsPort, domains: config.domains, notes };
  }
}

async function rememberChoice(options: EnsureProxyOptions): Promise<MachineConfig> {
  const { paths, httpPort, dnsPort } = options;
  const forget = (port: number | "auto" | undefined): number | null | undefined => (port === "auto" ? null : port);
  const change = Object.fromEntries(
    Object.entries({ httpPort: forget(httpPort), dnsPort: forget(dnsPort) }).filter(([, port]) => port !== undefined),
  );
  return Object.keys(change).length === 0 ? readMachineConfig(paths) : writeMachineConfig(paths, change);
}

interface ChosenPorts {
  readonly httpPort: number;
  readonly dnsPort: number | null;
  readonly notes: readonly string[];
}

async function choosePorts(
  config: MachineConfig,
  state: ProxyState,
  refused: { http: ReadonlySet<number>; dns: ReadonlySet<number> },
  { engine, httpPort, dnsPort }: EnsureProxyOptions,
): Promise<ChosenPorts> {
  const http = await choosePort({
    kind: "http",
    chosen: config.httpPort,
    own: state.proxyRunning ? state.httpPort : null,
    afresh: httpPort === "auto",
    refused: refused.http,
    engine,
  });
  if (http.port === null) throw portTaken("http", http.taken[0] as TakenPort);
  const dns = await choosePort({
    kind: "dns",
    chosen: config.dnsPort,
    own: state.dnsRunning ? state.dnsPort : null,
    afresh: dnsPort === "auto",
    refused: refused.dns,
    engine,
  });
  if (dns.port === null && typeof dnsPort === "number") throw portTaken("dns", dns.taken[0] as TakenPort);
  const describe = (kind: string, choice: PortChoice) => (one: TakenPort) =>
    `port ${one.port} on 127.0.0.1 is taken by ${one.holder}; ${
      choice.port === null ? `the proxy goes on without ${kind}` : `${kind} is on port ${choice.port}`
    }`;
  return {
    httpPort: http.port,
    dnsPort: dns.port,
    notes: [...http.taken.map(describe("HTTP", http)), ...dns.taken.map(describe("DNS", dns))],
  };
}

/** Keeps a choice that is not the first candidate, so that URLs do not move by themselves. */
async function keepPorts(
  paths: HomePaths,
  config: MachineConfig,
  { httpPort, dnsPort }: { httpPort: number; dnsPort: number | null },
): Promise<void> {
  const change = {
    ...(httpPort !== 80 && config.httpPort !== httpPort ? { httpPort } : {}),
    ...(dnsPort !== null && dnsPort !== 53 && config.dnsPort !== dnsPort ? { dnsPort } : {}),
  };
  if (Object.keys(change).length > 0) await writeMachineConfig(paths, change);
}

type Machine = Pick<ProxyStackInput, "socketPath" | "ipv6" | "selinux" | "gatewayPriority">;

async function readMachine(engine: DockerEngine): Promise<Machine & { readonly subnet: string | undefined }> {
  const [info, version, networks] = await Promise.all([
    engine.info(),
    engine.version(),
    engine.listNetworks({ filters: { name: [proxyProject] } }),
  ]);
  const own = networks.find((network) => network.Name === proxyProject);
  const path = engine.endpoint.startsWith("unix://") ? engine.endpoint.slice("unix://".length) : "";
  const virtual = process.platform !== "linux" || /Docker Desktop/.test(info.OperatingSystem);
  return {
    socketPath: virtual || path === "" ? "/var/run/docker.sock" : path,
    ipv6: Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === "::1")),
    selinux: (info.SecurityOptions ?? []).some((option) => option.includes("name=selinux")),
    gatewayPriority: !isOlder(version.ApiVersion, "1.48"),
    subnet: own === undefined ? undefined : subnetsOf([own])[0],
  };
}

async function chooseMachine(
  engine: DockerEngine,
  compose: RunCompose,
  config: MachineConfig,
  paths: HomePaths,
): Promise<Machine & { readonly subnet: string }> {
  const [machine, version] = await Promise.all([readMachine(engine), engine.version()]);
  if (isOlder(version.ApiVersion, "1.40")) {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_ENGINE_OLD",
      `Docker Engine ${version.Version} (API ${version.ApiVersion}) is too old: API 1.40 is needed`,
      { hint: "update it: https://docs.docker.com/engine/install/" },
    );
  }
  if (machine.gatewayPriority && isOlder(await requireCompose(compose, "/"), "2.33.1")) {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_COMPOSE_OLD",
      `Docker Engine ${version.Version} needs Docker Compose 2.33.1 or newer beside it`,
      { hint: "update it: https://docs.docker.com/compose/install/" },
    );
  }
  if (machine.subnet !== undefined) return { ...machine, subnet: machine.subnet };
  const reserved = await readReservedSubnets(paths);
  const [subnet] = await allocateSubnets(1, { engine, pool: config.networkPool, reserved });
  return { ...machine, subnet: subnet as string };
}

function refuseForeign(state: ProxyState, paths: HomePaths): void {
  if (state.foreign !== null) {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_PROXY_FOREIGN",
      `a container named ${state.foreign} exists that this cspace did not make`,
      { hint: `remove it if nothing needs it: docker rm -f ${state.foreign}` },
    );
  }
  if (state.home !== null && state.home !== paths.home && existsSync(state.home)) {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_PROXY_FOREIGN",
      `the proxy of this machine was started from ${state.home} with another configuration than ${paths.home} asks for`,
      { hint: `stop it there: CSPACE_HOME=${state.home} cspace proxy down` },
    );
  }
}

function readPortConflict(
  error: unknown,
  ports: { httpPort: number; dnsPort: number | null },
): { kind: "http" | "dns"; port: number } | undefined {
  const text = error instanceof Error ? `${error.message}\n${(error.cause as Error | undefined)?.message ?? ""}` : "";
  if (
    !/port is already allocated|address already in use|cannot expose privileged port|Ports are not available/.test(text)
  ) {
    return undefined;
  }
  const mentions = (port: number): boolean => new RegExp(`:${port}\\b`).test(text);
  if (ports.dnsPort !== null && mentions(ports.dnsPort)) return { kind: "dns", port: ports.dnsPort };
  return mentions(ports.httpPort) ? { kind: "http", port: ports.httpPort } : undefined;
}

async function requireAnswers(options: {
  httpPort: number;
  dnsPort: number | null;
  domain: string;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { httpPort, dnsPort, domain, signal } = options;
  const wait = { timeoutMs: 15_000, signal };
  if (!(await untilTrue(() => answersHttp(httpPort, 1000), wait))) {
    throw new CspaceError<ComposeErrorCode>("CSPACE_PROXY_FAILED", `the proxy does not answer on port ${httpPort}`, {
      hint: "read its log: cspace proxy logs",
    });
  }
  if (dnsPort !== null && !(await untilTrue(() => answersDns(dnsPort, domain, 1000), wait))) {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_PROXY_FAILED",
      `the proxy's DNS does not answer on port ${dnsPort}`,
      {
        hint: "read its log: cspace proxy logs",
      },
    );
  }
}
