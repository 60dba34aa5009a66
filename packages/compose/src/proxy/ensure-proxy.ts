import { statSync } from "node:fs";
import { CspaceError } from "@cspace/errors";
import { probeDns } from "@cspace/ports";
import type { DockerEngine } from "../engine/docker-engine.ts";
import { type RunCompose, requireCompose } from "../engine/run-compose.ts";
import type { ComposeErrorCode } from "../errors.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { type MachineConfig, readMachineConfig, writeMachineConfig } from "../home/machine-config.ts";
import { withLock } from "../home/with-lock.ts";
import { attachProxy } from "../networks/apply-attachments.ts";
import { dnsContainer, proxyProject } from "../proxy-names.ts";
import { answersHttp, untilTrue } from "./check-proxy.ts";
import { choosePorts, portCandidates, portTaken } from "./choose-proxy-ports.ts";
import { hasProxyFiles, writeProxyFiles } from "./proxy-files.ts";
import { chooseMachine, hasIpv6, ownSubnet } from "./proxy-machine.ts";
import { type ProxyState, readProxyState } from "./proxy-state.ts";
import { type PortConflict, type ProxyPorts, readPortConflict } from "./read-port-conflict.ts";
import { planProxy } from "./render-proxy.ts";

/** Options of {@link ensureProxy}. */
export interface EnsureProxyOptions {
  readonly engine: DockerEngine;
  readonly compose: RunCompose;
  readonly paths: HomePaths;
  /** A port that the user names, or `"auto"` to forget the one that was kept. @default the kept one */
  readonly httpPort?: number | "auto" | undefined;
  /** As `httpPort`, for DNS. */
  readonly dnsPort?: number | "auto" | undefined;
  /**
   * The DNS port that a rule of the host's resolver names: where none is kept, DNS takes that one or none.
   * @default none
   */
  readonly ruleDnsPort?: (() => Promise<number | null>) | undefined;
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

/**
 * The proxy when nothing needs to be done to it; attachments are looked at by {@link attachProxy}. What it was made for
 * is read from its container, since asking the engine about itself takes longer than all other questions together.
 */
export async function readReadyProxy({
  engine,
  paths,
}: Pick<EnsureProxyOptions, "engine" | "paths">): Promise<EnsuredProxy | undefined> {
  const [config, state, networks] = await Promise.all([
    readMachineConfig(paths),
    readProxyState(engine),
    engine.listNetworks({ filters: { name: [proxyProject] } }),
  ]);
  const { httpPort, dnsPort, home, socketPath, selinux } = state;
  const subnet = ownSubnet(networks);
  if (state.state !== "running" || httpPort === null || dnsPort === null || home === null) return undefined;
  if ((config.httpPort ?? httpPort) !== httpPort || (config.dnsPort ?? dnsPort) !== dnsPort) return undefined;
  if (subnet === undefined || socketPath === null) return undefined;
  const machine = { socketPath, selinux, subnet, ipv6: hasIpv6() };
  const stack = planProxy({ ...machine, httpPort, dnsPort, domains: config.domains }, home);
  if (stack.hash !== state.hash) return undefined;
  if (home === paths.home && !(await hasProxyFiles(paths, stack))) return undefined;
  return { changed: false, httpPort, dnsPort, domains: config.domains, notes: [] };
}

async function ensureLocked(options: EnsureProxyOptions, asked: boolean): Promise<EnsuredProxy> {
  const { engine, compose, paths, signal } = options;
  if (!asked) {
    const ready = await readReadyProxy(options);
    if (ready !== undefined) return ready;
  }
  await requireCompose(compose, "/");
  const state = await readProxyState(engine);
  refuseForeign(state, paths);
  const config = await readAskedConfig(options);
  const refused = { http: new Map<number, PortConflict["reason"]>(), dns: new Map<number, PortConflict["reason"]>() };
  const isRefused = ({ kind, port }: PortConflict): boolean => refused[kind].has(port);
  for (const name of state.stuck) await engine.removeContainer(name);
  let current = state;
  for (;;) {
    const chosen = await choosePorts({ config, state, current, refused, ...options }).catch(async (error: unknown) => {
      if (refused.http.size + refused.dns.size > 0) await restore(state, config, options);
      throw error;
    });
    const { changed, conflict } = await startStack(chosen, { state, config, ...options });
    if (conflict !== undefined) {
      if (isRefused(conflict)) throw portTaken(conflict.kind, { port: conflict.port, why: "is refused by Docker" });
      refused[conflict.kind].set(conflict.port, conflict.reason);
      current = await readProxyState(engine);
      continue;
    }
    const { httpPort, dnsPort, notes } = chosen;
    await keepPorts(paths, config, chosen);
    await requireAnswers({ httpPort, dnsPort, domain: config.domains[0] as string, signal });
    return { changed, httpPort, dnsPort, domains: config.domains, notes };
  }
}

interface StartStackOptions extends EnsureProxyOptions {
  readonly state: ProxyState;
  readonly config: MachineConfig;
}

/** Renders the stack for these ports and starts what differs; a port that Docker refuses is a result, not an error. */
async function startStack(
  ports: ProxyPorts,
  options: StartStackOptions,
): Promise<{ readonly changed: boolean; readonly conflict?: PortConflict }> {
  const { engine, compose, paths, state, config, signal, onLine } = options;
  const { httpPort, dnsPort } = ports;
  const machine = await chooseMachine(config, options);
  const stack = planProxy({ ...machine, httpPort, dnsPort, domains: config.domains }, paths.home);
  const edited = !(await hasProxyFiles(paths, stack));
  if (edited) await writeProxyFiles(paths, stack, config.domains);
  const run = (...args: string[]): Promise<string> =>
    // What a project's shell exports for its own files (`COMPOSE_ENV_FILES`, `COMPOSE_PROFILES`) is not for the proxy's.
    compose(["-p", proxyProject, "-f", "docker-compose.yml", ...args], {
      cwd: paths.proxy,
      env: { COMPOSE_ENV_FILES: "", COMPOSE_PROFILES: "" },
      signal,
      onLine,
    });
  try {
    await run("up", "--no-start", "--remove-orphans");
    await attachProxy(engine, config.domains);
    await run("up", "-d", "--remove-orphans");
  } catch (error) {
    const conflict = readPortConflict(wordsOf(error), ports);
    if (conflict === undefined) throw error;
    return { changed: true, conflict };
  }
  if (edited && stack.hash === state.hash && dnsPort !== null) await engine.restartContainer(dnsContainer);
  const same = stack.hash === state.hash && state.proxyRunning && (dnsPort === null || state.dnsRunning);
  return { changed: edited || !same };
}

/** Brings back what ran before Docker refused the ports that were asked for. */
async function restore(state: ProxyState, config: MachineConfig, options: EnsureProxyOptions): Promise<void> {
  if (!state.proxyRunning || state.httpPort === null) return;
  const before = { httpPort: state.httpPort, dnsPort: state.dnsRunning ? state.dnsPort : null };
  await startStack(before, { ...options, state, config });
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return `${error.message}\n${error.cause instanceof Error ? error.cause.message : ""}`;
}

/** The machine's settings with the ports that were asked for in place of those that were kept. */
export async function readAskedConfig(options: EnsureProxyOptions): Promise<MachineConfig> {
  const { paths, httpPort, dnsPort } = options;
  const config = await readMachineConfig(paths);
  const merge = (asked: number | "auto" | undefined, kept: number | null): number | null =>
    asked === undefined ? kept : asked === "auto" ? null : asked;
  return { ...config, httpPort: merge(httpPort, config.httpPort), dnsPort: merge(dnsPort, config.dnsPort) };
}

/** Keeps a choice once it works, unless it is the first candidate and nobody asked for it, so that URLs do not move. */
async function keepPorts(paths: HomePaths, config: MachineConfig, { httpPort, dnsPort }: ProxyPorts): Promise<void> {
  const kept = await readMachineConfig(paths);
  const change = {
    httpPort: httpPort === portCandidates.http[0] ? config.httpPort : httpPort,
    dnsPort: dnsPort === null || dnsPort === portCandidates.dns[0] ? config.dnsPort : dnsPort,
  };
  if (change.httpPort !== kept.httpPort || change.dnsPort !== kept.dnsPort) await writeMachineConfig(paths, change);
}

/** Refuses a proxy that is not for this home to change. @throws {CspaceError} `CSPACE_PROXY_FOREIGN` */
export function refuseForeign(state: ProxyState, paths: HomePaths): void {
  if (state.foreign !== null) {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_PROXY_FOREIGN",
      `a container named ${state.foreign} exists that this cspace did not make`,
      { hint: `remove it if nothing needs it: docker rm -f ${state.foreign}` },
    );
  }
  if (state.home === null || state.home === paths.home || isGone(state.home)) return;
  if (state.state !== "running") {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_PROXY_FOREIGN",
      `the proxy of this machine was started from ${state.home}, and not all of it runs`,
      { hint: `start it there: CSPACE_HOME=${state.home} cspace proxy up; or remove it: cspace proxy down` },
    );
  }
  throw new CspaceError<ComposeErrorCode>(
    "CSPACE_PROXY_FOREIGN",
    `the proxy of this machine was started from ${state.home} with another configuration than ${paths.home} asks for`,
    { hint: `stop it there: CSPACE_HOME=${state.home} cspace proxy down` },
  );
}

/** A home that this user may not look into is not gone. */
function isGone(home: string): boolean {
  try {
    return statSync(home, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EPERM") return false;
    throw error;
  }
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
  // A question that is sent before DNS listens is lost, so a short patience each is what makes this fast.
  if (dnsPort !== null && !(await untilTrue(() => probeDns(dnsPort, `check.${domain}`, { timeoutMs: 250 }), wait))) {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_PROXY_FAILED",
      `the proxy's DNS does not answer on port ${dnsPort}`,
      {
        hint: "read its log: cspace proxy logs",
      },
    );
  }
}
