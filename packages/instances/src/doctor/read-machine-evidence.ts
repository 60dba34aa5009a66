import { constants, existsSync } from "node:fs";
import { access, readdir, readFile, realpath, statfs } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { certificateFolder, readRoot } from "@cspace/certs";
import {
  connectEngine,
  dnsContainer,
  freeSubnets,
  type HomePaths,
  isEngineError,
  isGone,
  listContainerInstances,
  proxyContainer,
  readIdlePolicies,
  readMachineConfig,
  readMarkedRunning,
  readProxyState,
  readReadyProxy,
  readRecordedInstances,
  readSleeps,
  requireCompose,
} from "@cspace/compose";
import { findDaemon, protocolVersion } from "@cspace/daemon";
import type {
  DaemonEvidence,
  EngineEvidence,
  Failure,
  HomeEvidence,
  HostsEvidence,
  NamesEvidence,
  ProgramsEvidence,
  ProxyEvidence,
  ProxyVariablesEvidence,
  TrustEvidence,
} from "@cspace/doctor";
import { isCspaceError } from "@cspace/errors";
import { needsNoRule } from "@cspace/hostnames";
import { describeHolder, portHolder, probeRoute } from "@cspace/ports";
import { openCompose } from "../machine/open-compose.ts";
import { openHost } from "../machine/open-host.ts";
import { readHostDns } from "../names/read-host-dns.ts";
import type { Context } from "../options.ts";

/** Who reads, and for how long each question may take, in milliseconds. */
export interface Reading {
  readonly context: Context;
  readonly paths: HomePaths;
  readonly timeoutMs: number;
}

const failureOf = (error: unknown): Failure =>
  isCspaceError(error)
    ? { code: error.code, message: error.message, hint: error.hint ?? null }
    : { code: "CSPACE_UNEXPECTED", message: (error as Error).message, hint: null };

/** cspace's own files, and the room there is for more. */
export async function readHome({ paths }: Reading): Promise<HomeEvidence> {
  const path = paths.home;
  const nearest = nearestFolder(path);
  const disk = await statfs(nearest).catch(() => undefined);
  const freeBytes = disk === undefined ? null : disk.bavail * disk.bsize;
  try {
    await access(nearest, constants.W_OK | constants.R_OK | constants.X_OK);
    await readMachineConfig(paths);
    return { path, failure: null, freeBytes };
  } catch (error) {
    const denied =
      (error as NodeJS.ErrnoException).code === "EACCES" || (error as NodeJS.ErrnoException).code === "EROFS";
    const failure = denied
      ? {
          code: "CSPACE_HOME_UNWRITABLE",
          message: `${nearest} cannot be used: ${(error as Error).message}`,
          hint: `make it yours: sudo chown -R "$USER" ${nearest}`,
        }
      : failureOf(error);
    return { path, failure, freeBytes };
  }
}

function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

/** The programs of this name on `PATH`, and what their packages say of themselves. */
export async function readPrograms({ context }: Reading, version: string): Promise<ProgramsEvidence> {
  const folders = (context.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = await Promise.all(
    folders.map(async (folder) => await realpath(join(folder, "cspace")).catch(() => undefined)),
  );
  const paths = [...new Set(found.filter((path) => path !== undefined))];
  return { version, onPath: await Promise.all(paths.map(async (path) => ({ path, version: await versionOf(path) }))) };
}

async function versionOf(program: string): Promise<string | null> {
  for (const folder of [dirname(program), dirname(dirname(program))]) {
    const text = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    try {
      const { name, version } = JSON.parse(text) as { name?: unknown; version?: unknown };
      if (name === "@cspace/cli" && typeof version === "string") return version;
    } catch {
      // What is no package's is nobody's.
    }
  }
  return null;
}

/** The engine, Compose, its clock and the addresses that are left. */
export async function readEngine({ context, paths, timeoutMs }: Reading): Promise<EngineEvidence> {
  const { env, platform } = context;
  const config = await readMachineConfig(paths).catch(() => undefined);
  const pool = config?.networkPool ?? "10.213.0.0/16";
  const isUsed = existsSync(join(paths.proxy, "docker-compose.yml")) || (await readRecordedInstances(paths)).length > 0;
  const none = { endpoint: null, version: null, compose: null, composeVersion: null, skewMs: null, freeSubnets: null };
  try {
    const engine = await connectEngine({ env, platform, timeoutMs });
    const begin = Date.now();
    const [version, info, networks, compose] = await Promise.all([
      engine.version(),
      engine.info(),
      engine.listNetworks(),
      readCompose(context, paths),
    ]);
    const told = Date.parse(info.SystemTime ?? "");
    // The engine's word is of some moment between question and answer.
    const [least, most] = [told - Date.now(), told - begin];
    const skewMs = Number.isNaN(told) ? null : Math.max(0, least) + Math.min(0, most);
    const used = networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []));
    let free = 0;
    for (const _ of freeSubnets(pool, used)) free += 1;
    return {
      ...{ failure: null, endpoint: engine.endpoint, version: version.Version, isUsed, pool },
      ...{ compose: compose.failure, composeVersion: compose.version, skewMs, freeSubnets: free },
    };
  } catch (error) {
    if (!isEngineError(error)) throw error;
    return { ...none, failure: failureOf(error), isUsed, pool };
  }
}

async function readCompose(
  context: Context,
  paths: HomePaths,
): Promise<{ readonly failure: Failure | null; readonly version: string | null }> {
  try {
    const { compose } = await openCompose(context);
    const cwd = nearestFolder(paths.home);
    await requireCompose(compose, cwd);
    return { failure: null, version: (await compose(["version", "--short"], { cwd, readsOnly: true })).trim() };
  } catch (error) {
    return { failure: failureOf(error), version: null };
  }
}

/** The daemon, and what it is needed for. */
export async function readDaemonState({ context, paths, timeoutMs }: Reading): Promise<DaemonEvidence> {
  const [sleeps, policies, running] = await Promise.all([
    readSleeps(paths),
    readIdlePolicies(paths),
    readMarkedRunning(paths),
  ]);
  const names = (all: readonly { readonly instance: string }[]): string =>
    all.map(({ instance }) => instance).join(", ");
  const neededFor =
    sleeps.length > 0
      ? `wakes ${names(sleeps)}`
      : running.length > 0
        ? `holds the processes of ${names(running)}`
        : policies.length > 0
          ? `puts ${names(policies)} to sleep`
          : null;
  try {
    const daemon = await findDaemon({ ...context, timeoutMs: Math.min(2000, timeoutMs) });
    if (daemon === undefined) return { state: "none", pid: null, version: null, protocol: null, neededFor };
    const { pid, version, protocol } = daemon.status;
    const age = protocol === protocolVersion ? "same" : protocol > protocolVersion ? "newer" : "older";
    return { state: "answers", pid, version, protocol: age, neededFor };
  } catch (error) {
    if (!isCspaceError(error) || error.code !== "CSPACE_DAEMON_SILENT") throw error;
    return { state: "silent", pid: null, version: null, protocol: null, neededFor };
  }
}

/** Who serves this machine's URLs, and what answers where they lead. */
export async function readProxy({ context, paths, timeoutMs }: Reading): Promise<ProxyEvidence> {
  const { machine } = await openHost(context);
  const common = { ownHome: paths.home, foreign: null, stuck: [], home: null, isHomeGone: false, isCurrent: null };
  if (machine === undefined) {
    const daemon = await findDaemon({ ...context, timeoutMs: Math.min(2000, timeoutMs) }).catch(() => undefined);
    const httpPort = daemon?.status.gateway.httpPort ?? null;
    const isNeeded = (await readMarkedRunning(paths)).length > 0;
    return {
      ...common,
      ...{
        engine: "gateway",
        state: httpPort === null ? "stopped" : "running",
        missing: ["the gateway"],
        isNeeded,
        httpPort,
      },
      ...(await readPort(httpPort, { isRunning: httpPort !== null })),
    };
  }
  const { engine } = machine;
  const config = await readMachineConfig(paths);
  const [state, ready, instances] = await Promise.all([
    readProxyState(engine),
    readReadyProxy({ engine, paths }).catch(() => undefined),
    listContainerInstances({ engine }),
  ]);
  const httpPort = state.httpPort ?? config.httpPort ?? 80;
  return {
    ...common,
    engine: "docker",
    state: state.state,
    missing: [...(state.proxyRunning ? [] : [proxyContainer]), ...(state.dnsRunning ? [] : [dnsContainer])],
    stuck: state.stuck,
    foreign: state.foreign,
    home: state.home,
    isHomeGone: state.home !== null && isGone(state.home),
    isCurrent: state.state === "running" ? ready !== undefined : null,
    isNeeded: instances.length > 0,
    httpPort,
    ...(await readPort(httpPort, { isRunning: state.proxyRunning })),
  };
}

async function readPort(
  port: number | null,
  { isRunning }: { readonly isRunning: boolean },
): Promise<Pick<ProxyEvidence, "answer" | "holder">> {
  if (port === null) return { answer: null, holder: null };
  if (!isRunning) {
    const holder = await portHolder(port).catch(() => undefined);
    return { answer: null, holder: holder === undefined ? null : describeHolder(holder) };
  }
  // No host of that name is served: Traefik and the gateway say so themselves.
  const probe = await probeRoute({ hostname: "nobody.invalid", mark: "nobody", port, timeoutMs: 2000 });
  const answers = { claimed: "other", unclaimed: "other", unreachable: "refused", timeout: "timeout" } as const;
  const isOurs = probe.state === "unclaimed" && probe.status === 404;
  return { answer: isOurs ? "proxy" : answers[probe.state], holder: null };
}

/** What became of every domain in the host's resolver. */
export async function readNames({ context }: Reading): Promise<NamesEvidence[]> {
  const { platform, signal } = context;
  const dns = await readHostDns(await openHost(context), context);
  const { verifyResolver } = await import("@cspace/resolver");
  const { states, domains, names, listening } = dns;
  const reports = await verifyResolver(states, { domains, names, port: listening, signal });
  return reports.map(({ domain, state, reason, fix, kind }) => {
    const why = states.find((one) => one.kind === kind)?.why ?? "";
    return {
      domain,
      state,
      reason,
      fix,
      resolver: `${kind}: ${why}`,
      isBuiltIn: needsNoRule(domain) && platform !== "darwin",
    };
  });
}

/** What the machine's own file says of names under its domains, in lines that are not cspace's. */
export async function readHosts({ paths, context }: Reading): Promise<HostsEvidence[]> {
  const path = context.platform === "win32" ? "C:\\Windows\\System32\\drivers\\etc\\hosts" : "/etc/hosts";
  const [{ domains }, text] = await Promise.all([readMachineConfig(paths), readFile(path, "utf8").catch(() => "")]);
  const lines = text.split("\n").flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    return address === undefined || names.length === 0 ? [] : [{ address, names }];
  });
  return domains.map((domain) => ({
    domain,
    lines: lines.flatMap(({ address, names }) => {
      const own = names.filter((name) => name === domain || name.endsWith(`.${domain}`));
      return own.length === 0 ? [] : [{ address, names: own }];
    }),
  }));
}

/** By which proxy programs ask for everything. */
export async function readProxyVariables({ context, paths }: Reading): Promise<ProxyVariablesEvidence> {
  const { env } = context;
  const { domains } = await readMachineConfig(paths);
  const name = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].find(
    (one) => env[one],
  );
  const noProxy = (env.no_proxy ?? env.NO_PROXY ?? "").split(",").map((one) => one.trim());
  return {
    proxy: name === undefined ? null : { name, value: hideCredentials(env[name] as string) },
    noProxy: noProxy.filter((one) => one !== ""),
    domains,
  };
}

/** Without the name and the password that may stand in it. */
function hideCredentials(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}

/** What the certificate stores say of this machine's authority. */
export async function readTrustState({ paths }: Reading): Promise<TrustEvidence> {
  const root = await readRoot(certificateFolder(paths.certs)).catch(() => undefined);
  if (root === undefined || (await readdir(paths.certs).catch(() => [])).length === 0) return { stores: null };
  const { readTrust } = await import("@cspace/trust");
  const stores = await readTrust({ root });
  return { stores: stores.map(({ readers, state }) => ({ readers, state })) };
}
