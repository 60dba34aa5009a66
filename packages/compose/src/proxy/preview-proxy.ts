import { join } from "node:path";
import { type PlanStep, planFile, readFileState } from "@cspace/plan";
import { choosePorts } from "./choose-proxy-ports.ts";
import { type EnsureProxyOptions, readAskedConfig, readReadyProxy, refuseForeign } from "./ensure-proxy.ts";
import { chooseMachine } from "./proxy-machine.ts";
import { dnsContainer, proxyContainer, proxyImages } from "./proxy-names.ts";
import { readProxyState } from "./proxy-state.ts";
import { planProxy, renderProxy } from "./render-proxy.ts";

/**
 * Tells what `ensureProxy` would change: files, and the containers that would be made anew or started.
 *
 * @throws {CspaceError} what `ensureProxy` throws before it changes anything.
 */
export async function previewProxy(options: EnsureProxyOptions): Promise<PlanStep[]> {
  const { engine, paths } = options;
  const asked = options.httpPort !== undefined || options.dnsPort !== undefined;
  if (!asked && (await readReadyProxy(options)) !== undefined) return [];
  const state = await readProxyState(engine);
  refuseForeign(state, paths);
  const config = await readAskedConfig(options);
  const refused = { http: new Map(), dns: new Map() };
  const { httpPort, dnsPort } = await choosePorts({ ...options, config, state, refused });
  const machine = await chooseMachine(config, options);
  const stack = planProxy({ ...machine, httpPort, dnsPort, domains: config.domains }, paths.home);
  const files = await Promise.all(
    Object.entries(await renderProxy(stack, config.domains)).map(async ([name, text]) =>
      planFile(await readFileState(join(paths.proxy, name)), text, { mode: 0o644 }),
    ),
  );
  const same = state.hash === stack.hash;
  const container = (name: string, image: string, port: number | null, before: number | null): PlanStep => ({
    kind: "container",
    path: `docker:container/${name}`,
    before: before === null ? null : `port ${before}\n`,
    after: port === null ? null : `${image} on port ${port}\n`,
    needsRoot: false,
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
