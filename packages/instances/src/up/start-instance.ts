import {
  applyInstance,
  type EngineReader,
  type InstancePlan,
  keepRunning,
  mergeSelection,
  writeSelection,
} from "@cspace/compose";
import type { AskedSelection } from "../compose/read-asked.ts";
import type { InstanceDocument } from "../documents.ts";
import type { Origin } from "../https/choose-origin.ts";
import { openHttps } from "../https/open-https.ts";
import { serveHttps } from "../https/serve-https.ts";
import { keepIdlePolicy } from "../life/keep-idle-policy.ts";
import { forgetAsleep, keepAwake, thaw } from "../life/rouse.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { offerContainers } from "../proxy/serve-containers.ts";
import { watchContainers } from "../proxy/watch-containers.ts";
import { choosePart } from "./choose-part.ts";
import { createStages, mergeSteps } from "./create-stages.ts";
import { endLeftProcesses } from "./end-left-processes.ts";
import { ensureContainerProxy } from "./ensure-container-proxy.ts";
import { learnSchemes } from "./learn-schemes.ts";
import { planContainers } from "./plan-containers.ts";
import { prepareStart } from "./prepare-start.ts";
import type { OpenFront } from "./start-processes.ts";
import { type StartedContainers, verifyStarted } from "./verify-started.ts";
import { warnAboutProcesses } from "./warn-about-processes.ts";
import { keepRefusals, warnAboutRefusals } from "./warn-about-refusals.ts";
import { noteLeftServices, noteOwnNetworks, warnAboutPorts, warnAboutRoutes } from "./warn-about-routes.ts";

/** Options of {@link startInstance}. */
export interface StartInstanceOptions extends InstanceOptions, AskedSelection {
  /**
   * As people type them: an instance, then labels and services. The first is the instance, unless `instance` names one, or
   * nothing but a label or a service is called so. @default none
   */
  readonly names?: readonly string[] | undefined;
  /** Labels and services: only they are started, with what they depend on; the others stay as they are. @default all */
  readonly targets?: readonly string[] | undefined;
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

/** How long routes may take before it is asked what their services speak, in milliseconds. */
const soonMs = 2000;

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
  const start = await prepareStart(context, options);
  const { project, record, listed, host, stack, processes, targets } = start;
  options.onChosen?.({ project: record.project, instance: record.instance });
  const rousable = { ...record, paths: host.paths, machine: host.machine };
  const release = await keepAwake(context, rousable);
  let watching: Promise<void> | undefined;
  try {
    const part = await choosePart(start);
    const wasAsleep = await thaw(rousable);
    // 2. Containers: the proxy, then networks, create, attach, start and wait.
    let containers: (StartedContainers & { readonly origin: Origin }) | undefined;
    if (stack !== undefined && part.services?.length !== 0) {
      const { machine, files, env, config } = stack;
      const proxy = await stages.run("proxy", () => ensureContainerProxy(context, stack));
      const kept = recreate ? undefined : listed;
      const { model, domains } = proxy;
      const https = await openHttps(context, { machine, record, project, proxy, kept });
      for (const note of proxy.notes) context.onNote(note);
      const { selection, clientProxy } = stack;
      const planWith = async (snapshot?: EngineReader): Promise<InstancePlan> => {
        const trust = await https.readTrust(model, snapshot);
        return await planContainers(
          {
            ...{ project, record, model, domains, ...https, trust, processes, selection, clientProxy },
            part: part.services,
          },
          { browserDomain: kept?.domain },
        );
      };
      const planned = await planWith(proxy.snapshot);
      warnAboutPorts(context, project, model);
      noteLeftServices(context, stack.offProfiles, listed, planned);
      if (listed === undefined) noteOwnNetworks(context, planned);
      await stack.keepSelection();
      const { plan, started, deadline, untouched } = await applyInstance(planned, {
        ...machine,
        replan: planWith,
        onStart: (plan) => {
          watching = watchContainers(context, machine, plan);
        },
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
      }).finally(() => watching);
      if (watching === undefined) watching = offerContainers(context, machine).then(() => undefined);
      // Whatever fails before it is waited for tells why.
      watching.catch(() => undefined);
      await proxy.keep();
      containers = {
        machine,
        plan,
        origin: https.origin,
        proxy,
        started,
        deadline,
        snapshot: untouched ? proxy.snapshot : undefined,
      };
    }

    // 3. Processes of the host: the proxy hands on to them, then start and wait.
    let front: OpenFront | undefined;
    if (processes.length > 0 && part.processes?.length !== 0) {
      const { openFront, startProcesses } = await import("./start-processes.ts");
      front = await stages.run("proxy", () => openFront(context, host));
      if (host.machine !== undefined && stack === undefined) {
        const isSecure = await serveHttps(context, host.machine, { instances: [record], domains: front.domains });
        if (!isSecure) front = { ...front, httpsPort: null };
      }
      const { onStep } = stages;
      const { paths } = host;
      await startProcesses(context, {
        ...{ project, record, processes, part, front, paths, recreate, waitMs, onStep },
        protocol: containers?.origin.protocol,
      });
    } else if (processes.length === 0) await endLeftProcesses(context, record);

    if (wasAsleep) await forgetAsleep(context, rousable);
    await keepIdlePolicy(context, { project, record, host, isContained: stack !== undefined });

    // 4. A real request for every route; what is not served soon may speak something else than was thought.
    await watching;
    const verified = await stages.run("verify", async () => {
      const look = { record, host, containers, front, part, wait: waitMs !== null };
      const soon = await verifyStarted(context, { ...look, atMostMs: soonMs });
      const isNew = waitMs !== null && (containers?.started.length ?? 0) > 0;
      const schemes = isNew ? await learnSchemes(context, soon.instance, project, stack?.selection.schemes) : {};
      const isEnough = soon.settled || Object.keys(schemes).length > 0;
      return { ...(isEnough ? soon : await verifyStarted(context, look)), schemes };
    });
    if (stack !== undefined && Object.keys(verified.schemes).length > 0) {
      const selection = mergeSelection(stack.selection, { schemes: verified.schemes });
      await writeSelection(stack.machine.paths, record, selection);
      const known = {
        ...options,
        names: [],
        targets,
        fresh: false,
        instance: record.instance,
        build: false,
        recreate: false,
      };
      const again = await startInstance(known);
      return { ...again, steps: mergeSteps([...stages.steps(), ...again.steps]) };
    }
    if (containers !== undefined && containers.started.length > 0) {
      await keepRunning(containers.plan, containers.machine.engine);
    }
    const { instance } = verified;
    await warnAboutRefusals(context, instance, processes);
    if (front !== undefined) {
      await keepRefusals(front.daemon.client, record, instance);
      const { instances: held, gateway } = await front.daemon.client.status();
      if (host.machine === undefined) gateway.certificateNotes?.forEach(context.onNote);
      await warnAboutProcesses(context, { record, processes, held, domains: front.domains });
    }
    if (containers !== undefined) await warnAboutRoutes(context, { project, instance, proxy: containers.proxy });
    return { instance, steps: stages.steps() };
  } finally {
    release();
    await watching?.catch(() => undefined);
    await stack?.release();
  }
}
