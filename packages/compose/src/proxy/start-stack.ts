import type { DockerEngine } from "../engine/docker-engine.ts";
import type { RunCompose } from "../engine/run-compose.ts";
import type { HomePaths } from "../home/home-paths.ts";
import type { MachineConfig } from "../home/machine-config.ts";
import { recordMade } from "../home/made.ts";
import { attachProxy } from "../networks/apply-attachments.ts";
import { dnsContainer, proxyImages, proxyProject } from "../proxy-names.ts";
import { hasProxyFiles, writeProxyFiles } from "./proxy-files.ts";
import { chooseMachine } from "./proxy-machine.ts";
import type { ProxyState } from "./proxy-state.ts";
import { type PortConflict, type ProxyPorts, readPortConflict } from "./read-port-conflict.ts";
import { planProxy } from "./render-proxy.ts";

/** Options of {@link startStack}. */
export interface StartStackOptions {
  readonly engine: DockerEngine;
  readonly compose: RunCompose;
  readonly paths: HomePaths;
  readonly config: MachineConfig;
  /** The proxy as it was before anything was changed. */
  readonly state: ProxyState;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Renders the stack for these ports and starts what differs; a port that Docker refuses is a result, not an error. */
export async function startStack(
  ports: ProxyPorts,
  options: StartStackOptions,
): Promise<{ readonly changed: boolean; readonly conflict?: PortConflict }> {
  const { engine, compose, paths, state, config, signal, onLine } = options;
  const { dnsPort } = ports;
  const machine = await chooseMachine(config, options);
  const stack = planProxy({ ...machine, ...ports, domains: config.domains }, paths.home);
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
  await recordMade(paths, { images: await findMissing(engine, Object.values(proxyImages)) });
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

/** The images that Compose is about to pull. */
async function findMissing(engine: DockerEngine, names: readonly string[]): Promise<string[]> {
  const found = await Promise.all(names.map((name) => engine.inspectImage(name)));
  return names.filter((_, index) => found[index] === undefined);
}

/** Brings back what ran before Docker refused the ports that were asked for. */
export async function restoreStack(options: StartStackOptions): Promise<void> {
  const { proxyRunning, dnsRunning, httpPort, httpsPort, dnsPort } = options.state;
  if (!proxyRunning || httpPort === null) return;
  await startStack({ httpPort, httpsPort, dnsPort: dnsRunning ? dnsPort : null }, options);
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return `${error.message}\n${error.cause instanceof Error ? error.cause.message : ""}`;
}
