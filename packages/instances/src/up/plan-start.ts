import { previewInstance, previewProxy, readProxyState } from "@cspace/compose";
import { findDaemon } from "@cspace/daemon";
import { buildPlan, type Plan } from "@cspace/plan";
import { chooseOrigin, redirectPort } from "../https/choose-origin.ts";
import { readContainerTrust } from "../https/read-container-trust.ts";
import { createContext } from "../options.ts";
import { planContainers } from "./plan-containers.ts";
import { prepareStart } from "./prepare-start.ts";
import { previewProcesses } from "./preview-processes.ts";
import type { StartInstanceOptions } from "./start-instance.ts";

/**
 * Tells what {@link startInstance} would change, and changes nothing: files, containers and networks of the proxy and of
 * the instance, and processes.
 *
 * @throws {CspaceError} what `startInstance` throws before it changes anything.
 */
export async function planStart(options: StartInstanceOptions = {}): Promise<Plan> {
  const context = createContext(options);
  const start = await prepareStart(context, { ...options, dryRun: true });
  const { project, record, listed, host, stack, processes } = start;
  try {
    const held = processes.length === 0 ? [] : ((await findDaemon(context))?.status.instances ?? []);
    const proxy = host.machine === undefined ? [] : await previewProxy(host.machine);
    if (stack === undefined) return buildPlan([...proxy, ...previewProcesses(record, processes, held)]);
    const { machine, config } = stack;
    const { httpPort, httpsPort } = await readProxyState(machine.engine);
    const kept = options.recreate === true ? undefined : listed;
    const { model } = await stack.model;
    const trusts = project.settings.trust !== false;
    const plan = await planContainers(
      {
        project,
        record,
        processes,
        selection: stack.selection,
        clientProxy: stack.clientProxy,
        model,
        domains: config.domains,
        origin: await chooseOrigin(context, {
          paths: machine.paths,
          httpPort: config.httpPort ?? httpPort ?? 80,
          httpsPort,
          kept: kept && (kept.protocol ?? "http"),
          settings: project.settings,
        }),
        redirectTo: redirectPort(project.settings, httpsPort),
        trust: trusts ? await readContainerTrust(machine, { record, model, dryRun: true }) : {},
      },
      { browserDomain: kept?.domain },
    );
    const containers = await previewInstance(plan, { ...machine, record });
    return buildPlan([...proxy, ...containers, ...previewProcesses(record, processes, held)]);
  } finally {
    await stack?.release();
  }
}
