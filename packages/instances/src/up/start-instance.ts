import { applyInstance } from "@cspace/compose";
import type { AskedSelection } from "../compose/read-asked.ts";
import type { InstanceDocument } from "../documents.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { createStages } from "./create-stages.ts";
import { endLeftProcesses } from "./end-left-processes.ts";
import { ensureContainerProxy } from "./ensure-container-proxy.ts";
import { planContainers } from "./plan-containers.ts";
import { prepareStart } from "./prepare-start.ts";
import type { OpenFront } from "./start-processes.ts";
import { type StartedContainers, verifyStarted } from "./verify-started.ts";
import { noteLeftServices, noteOwnNetworks, warnAboutPorts, warnAboutRoutes } from "./warn-about-routes.ts";

/** Options of {@link startInstance}. */
export interface StartInstanceOptions extends InstanceOptions, AskedSelection {
  /** Another instance of this directory, whatever there is. @default false */
  readonly fresh?: boolean | undefined;
  /** Takes what nothing tells the owner of: volumes that are left, an instance whose directory is gone. @default false */
  readonly yes?: boolean | undefined;
  /** Builds images first. @default false */
  readonly build?: boolean | undefined;
  /** Makes every container and process anew. @default false */
  readonly recreate?: boolean | undefined;
  /** How long containers, and then processes, may take, in milliseconds; `null`: nothing is waited for. @default 60_000 */
  readonly waitMs?: number | null | undefined;
  /** Called with the instance once it is chosen, before anything is started. */
  readonly onChosen?: ((names: { readonly project: string; readonly instance: string }) => void) | undefined;
}

/**
 * Starts an instance, or reconnects to it, and gives it with the URLs that are right now. Every stage is idempotent and
 * tells what it did; when one fails, what was running before runs on.
 *
 * @throws {CspaceError} the codes of this package, and of `@cspace/project`, `compose`, `daemon` and `processes`.
 * @example
 * ```ts
 * const { instance } = await startInstance({ instance: "mercury" });
 * const urls = instance.routes.map(({ url }) => url);
 * ```
 */
export async function startInstance(options: StartInstanceOptions = {}): Promise<InstanceDocument> {
  const { waitMs = 60_000, build = false, recreate = false } = options;
  const context = createContext(options);
  const { signal, onLine } = context;
  const stages = createStages(context.onStep);

  // 1. What there is to start, and which instance it is.
  const { project, record, listed, host, stack, processes } = await prepareStart(context, options);
  options.onChosen?.({ project: record.project, instance: record.instance });
  try {
    // 2. Containers: the proxy, then networks, create, attach, start and wait.
    let containers: StartedContainers | undefined;
    if (stack !== undefined) {
      const { machine, files, env, config } = stack;
      const proxy = await stages.run("proxy", () => ensureContainerProxy(context, stack));
      for (const note of proxy.notes) context.onNote(note);
      const { model, domains, httpPort } = proxy;
      const plan = await planContainers(
        { project, record, model, domains, httpPort, processes, scale: stack.selection.scale },
        { browserDomain: recreate ? undefined : listed?.domain },
      );
      warnAboutPorts(context, project, model);
      noteLeftServices(context, stack.offProfiles, listed, plan);
      if (listed === undefined) noteOwnNetworks(context, plan);
      await stack.keepSelection();
      const { started, deadline, untouched } = await applyInstance(plan, {
        ...machine,
        snapshot: proxy.snapshot,
        files,
        env,
        record,
        pool: config.networkPool,
        domains,
        build,
        recreate,
        dropsDisabled: stack.offProfiles.length > 0,
        waitMs,
        signal,
        onStep: stages.onStep,
        onLine,
      });
      await proxy.keep();
      containers = { machine, plan, proxy, started, deadline, snapshot: untouched ? proxy.snapshot : undefined };
    }

    // 3. Processes of the host: the proxy hands on to them, then start and wait.
    let front: OpenFront | undefined;
    if (processes.length > 0) {
      const { openFront, startProcesses } = await import("./start-processes.ts");
      front = await stages.run("proxy", () => openFront(context, host));
      const { onStep } = stages;
      await startProcesses(context, { project, record, processes, front, paths: host.paths, recreate, waitMs, onStep });
    } else await endLeftProcesses(context, record);

    // 4. A real request for every route.
    const { instance } = await stages.run("verify", () =>
      verifyStarted(context, { record, host, containers, front, wait: waitMs !== null }),
    );
    if (containers !== undefined) await warnAboutRoutes(context, { project, instance, proxy: containers.proxy });
    return { instance, steps: stages.steps() };
  } finally {
    await stack?.release();
  }
}
