import { previewInstance, previewProxy, readProxyState } from "@cspace/compose";
import { findDaemon } from "@cspace/daemon";
import { buildPlan, type Plan } from "@cspace/plan";
import { chooseOrigin, redirectPort } from "../https/choose-origin.ts";
import { readContainerTrust } from "../https/read-container-trust.ts";
import { createContext } from "../options.ts";
import { choosePart, processesOf } from "./choose-part.ts";
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
  const { project, record, listed, host, stack } = start;
  try {
    const part = await choosePart(start);
    const isWithout = start.processes.length === 0 || part.processes?.length === 0;
    const held = isWithout ? [] : ((await findDaemon(context))?.status.instances ?? []);
    const own = held.find((one) => one.record.project === record.project && one.record.instance === record.instance);
    const processes = isWithout ? [] : processesOf(start.processes, part, own?.routes ?? []);
    const proxy = host.machine === undefined ? [] : await previewProxy(host.machine);
    if (stack === undefined || part.services?.length === 0)
      return buildPlan([...proxy, ...previewProcesses(record, processes, held)]);
    const { machine, config } = stack;
    const { httpPort, httpsPort } = await readProxyState(machine.engine);
    const kept = options.recreate === true ? undefined : listed;
    const { model } = await stack.model;
    const trusts = project.settings.trust !== false;
    const plan = await planContainers(
      {
        project,
        record,
        processes: start.processes,
        part: part.services,
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
