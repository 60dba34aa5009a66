import { join } from "node:path";
import { type PlanStep, planFile, readFileState } from "@cspace/plan";
import { engineStep } from "../engine/engine-step.ts";
import type { MachineConfig } from "../home/machine-config.ts";
import { dnsContainer, proxyContainer, proxyImages } from "../proxy-names.ts";
import { choosePorts } from "./choose-proxy-ports.ts";
import type { EnsureProxyOptions } from "./ensure-proxy.ts";
import { chooseMachine } from "./proxy-machine.ts";
import { type ProxyState, readProxyState } from "./proxy-state.ts";
import { readAskedConfig } from "./read-asked-config.ts";
import type { ProxyPorts } from "./read-port-conflict.ts";
import { readReadyProxy } from "./read-ready-proxy.ts";
import { refuseForeign } from "./refuse-foreign.ts";
import { planProxy, renderProxy } from "./render-proxy.ts";

/** Options of {@link previewProxy}. */
export interface PreviewProxyOptions extends EnsureProxyOptions {
  /** What the machine would serve. @default what it serves */
  readonly domains?: readonly string[] | undefined;
}

/**
 * Tells what `ensureProxy` would change: files, and the containers that would be made anew or started.
 *
 * @throws {CspaceError} what `ensureProxy` throws before it changes anything.
 */
export async function previewProxy(options: PreviewProxyOptions): Promise<PlanStep[]> {
  const { paths } = options;
  const asked = [options.httpPort, options.httpsPort, options.dnsPort, options.domains].some(
    (one) => one !== undefined,
  );
  if (!asked && (await readReadyProxy(options)) !== undefined) return [];
  const { state, config, ports } = await choosePreview(options);
  const { httpPort, httpsPort, dnsPort } = ports;
  const machine = await chooseMachine(config, options);
  const stack = planProxy({ ...machine, httpPort, httpsPort, dnsPort, domains: config.domains }, paths.home);
  const files = await Promise.all(
    Object.entries(await renderProxy(stack, config.domains)).map(async ([name, text]) =>
      planFile(await readFileState(join(paths.proxy, name)), text, { mode: 0o644 }),
    ),
  );
  const same = state.hash === stack.hash;
  const container = (name: string, image: string, port: number | null, before: number | null): PlanStep =>
    engineStep("container", name, {
      before: before === null ? null : `port ${before}\n`,
      after: port === null ? null : `${image} on port ${port}\n`,
    });
  return [
    ...files.filter((step) => step !== undefined),
    ...(same && state.proxyRunning ? [] : [container(proxyContainer, proxyImages.traefik, httpPort, state.httpPort)]),
    ...(dnsPort === state.dnsPort && same && state.dnsRunning
      ? []
      : [container(dnsContainer, proxyImages.coredns, dnsPort, state.dnsPort)].filter(
          ({ before, after }) => before !== null || after !== null,
        )),
  ];
}

/**
 * The ports that `ensureProxy` would give the proxy, as far as this user can test them, with a sentence for each that is
 * taken.
 *
 * @throws {CspaceError} as {@link previewProxy}.
 */
export async function previewPorts(
  options: EnsureProxyOptions,
): Promise<ProxyPorts & { readonly notes: readonly string[] }> {
  const ready = await readReadyProxy(options);
  return ready === undefined ? (await choosePreview(options)).ports : { ...ready, notes: [] };
}

async function choosePreview(
  options: PreviewProxyOptions,
): Promise<{ state: ProxyState; config: MachineConfig; ports: Awaited<ReturnType<typeof choosePorts>> }> {
  const state = await readProxyState(options.engine);
  refuseForeign(state, options.paths);
  const asked = await readAskedConfig(options.paths, options);
  const config = options.domains === undefined ? asked : { ...asked, domains: options.domains };
  const refused = { http: new Map(), https: new Map(), dns: new Map() };
  return { state, config, ports: await choosePorts({ ...options, config, state, refused }) };
}
