import {
  applyInstance,
  type ComposeModel,
  type EnsuredProxy,
  ensureProxy,
  type InstancePlan,
  listInstances,
  planInstance,
  previewInstance,
  previewProxy,
  readProxyState,
  requireNoFailure,
  type Step,
} from "@cspace/compose";
import { buildHostname } from "@cspace/hostnames";
import type { Plan } from "@cspace/plan";
import { resolveName } from "@cspace/ports";
import { buildEnvironment, type Project } from "@cspace/project";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { CommandFailure } from "../output/command-failure.ts";
import type { Progress } from "../output/progress.ts";
import type { UpTarget } from "./choose-for-up.ts";
import { describeInstance } from "./describe-instance.ts";
import { describeUnresolved } from "./describe-unresolved.ts";
import type { Instance, InstanceDocument } from "./documents.ts";
import { dropStaleFront } from "./drop-stale-front.ts";
import { mergeInstances } from "./machine-instances.ts";
import type { Machine } from "./open-engine.ts";
import { type ChosenRoute, describeDoubts, planRoutes } from "./plan-routes.ts";
import { readEvidence } from "./read-evidence.ts";
import type { RoutedProcess } from "./read-processes.ts";
import type { Stack } from "./read-stack.ts";
import { verifyRoutes } from "./verify-routes.ts";

/** One run of `up`, with everything that was decided before anything is touched. */
export interface UpRun {
  readonly context: Context;
  readonly machine: Machine;
  readonly project: Project;
  readonly processes: readonly RoutedProcess[];
  readonly target: UpTarget;
  readonly stack: Stack;
  readonly progress: Progress;
  readonly args: CommandArgs;
}

/** Ensures the proxy, applies the instance's plan and verifies every route; with `--dry-run` only tells the changes. */
export async function startInstance(run: UpRun): Promise<InstanceDocument | { plan: Plan }> {
  const { context, machine, target, stack, progress, args } = run;
  const { files, env, config } = stack;
  const { signal, output, flags } = context;
  const { record } = target;
  const begin = performance.now();
  const steps: Step[] = [];
  try {
    if (flags.dryRun) return await preview(run);
    progress.onStep({ name: "proxy" });
    const [model, proxy] = await bothSettled(stack.model, ensureProxy({ ...machine, signal, onLine: progress.onLine }));
    finish(steps, progress, { name: "proxy", status: proxy.changed ? "done" : "unchanged", ms: since(begin) });
    for (const note of proxy.notes) output.note(note);
    await dropStaleFront(context, machine);
    const plan = await planFor(run, model, proxy);
    for (const doubt of describeDoubts(run.project, model).split("\n").filter(Boolean)) output.warn(doubt);
    const waitMs = args.wait === false ? null : typeof args.wait === "number" ? args.wait * 1000 : 60_000;
    const { started } = await applyInstance(plan, {
      ...machine,
      files,
      env,
      record,
      pool: config.networkPool,
      domains: proxy.domains,
      build: args.build === true,
      recreate: args.recreate === true,
      waitMs,
      signal,
      onStep: (step) => {
        progress.onStep(step);
        if (step.status !== undefined) steps.push(step as Step);
      },
      onLine: progress.onLine,
    });
    const instance = await verify(run, { proxy, plan, started, wait: waitMs !== null, steps });
    await warnAboutRoutes(run, instance, proxy);
    return { instance, steps };
  } catch (error) {
    throw new CommandFailure(error, { ...(await describeFailed(run)), steps });
  } finally {
    await stack.release();
  }
}

/** The instance as a failure leaves it, for its document; nothing when there is none, or it cannot be told. */
async function describeFailed({ context, machine, target }: UpRun): Promise<{ readonly instance?: Instance }> {
  if (!context.flags.json) return {};
  const { project, instance } = target.record;
  try {
    const listed = (await listInstances({ engine: machine.engine, project })).find((one) => one.instance === instance);
    if (listed === undefined) return {};
    const [merged] = mergeInstances([listed], []);
    if (merged === undefined) return {};
    return { instance: await describeInstance(merged, await readEvidence(context, machine)) };
  } catch {
    // Why `up` failed matters more than that this could not be told either.
    return {};
  }
}

/** Waits for both even when one fails: what is under way may hold a lock, or be half of the proxy's start. */
async function bothSettled<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

async function planFor(
  { context, project, processes, target, args }: UpRun,
  model: ComposeModel,
  { domains, httpPort }: { readonly domains: readonly string[]; readonly httpPort: number },
): Promise<InstancePlan> {
  const { record, listed } = target;
  const routes = planRoutes(project, model);
  const kept = args.recreate === true ? undefined : listed?.domain;
  const browserDomain = kept ?? (await chooseBrowserDomain(domains, routes, record, context));
  const domain = domains[0] as string;
  const { project: slug, instance } = record;
  const all = [...routes, ...processes];
  const environment = buildEnvironment({ project: slug, instance, domain, browserDomain, httpPort, routes: all });
  const labels = processes.map(({ label }) => label);
  return planInstance({ ...record, model, routes, processes: labels, domains, browserDomain, environment });
}

/** The first domain if the machine resolves it now, else the one that browsers resolve by themselves. */
async function chooseBrowserDomain(
  domains: readonly string[],
  routes: readonly ChosenRoute[],
  names: { readonly project: string; readonly instance: string },
  context: Context,
): Promise<string> {
  const first = domains[0] as string;
  const builtIn = domains.find((domain) => domain.endsWith(".localhost"));
  if (builtIn === undefined || routes[0] === undefined) return first;
  const hostname = buildHostname({ label: routes[0].label, ...names }, { domain: first });
  context.signal.throwIfAborted();
  return (await resolveName(hostname)) === "loopback" ? first : builtIn;
}

async function verify(
  { context, machine, progress }: UpRun,
  options: {
    readonly proxy: EnsuredProxy;
    readonly plan: InstancePlan;
    readonly started: readonly string[];
    readonly wait: boolean;
    readonly steps: Step[];
  },
): Promise<Instance> {
  const { proxy, plan, started, wait, steps } = options;
  const begin = performance.now();
  progress.onStep({ name: "verify" });
  const fresh = plan.routes.some((route) => started.includes(route.service));
  const instance = await verifyRoutes(context, machine, {
    project: plan.project,
    instance: plan.instance,
    evidence: { proxyPort: proxy.httpPort, domains: proxy.domains, platform: context.platform },
    // A proxy that has just been started may still be reading the containers.
    patienceMs: !wait ? 0 : fresh ? 10_000 : proxy.changed ? 3000 : 0,
  });
  if (wait && started.length > 0) await requireNoFailure(plan, machine.engine);
  finish(steps, progress, { name: "verify", status: "done", ms: since(begin) });
  return instance;
}

async function preview(run: UpRun): Promise<{ plan: Plan }> {
  const { machine, target, stack } = run;
  const { config } = stack;
  const { httpPort } = await readProxyState(machine.engine);
  const plan = await planFor(run, await stack.model, {
    domains: config.domains,
    httpPort: config.httpPort ?? httpPort ?? 80,
  });
  const [proxy, instance] = await Promise.all([
    previewProxy(machine),
    previewInstance(plan, { ...machine, record: target.record }),
  ]);
  return { plan: { version: 1, steps: [...proxy, ...instance] } };
}

async function warnAboutRoutes(
  { context, project }: UpRun,
  instance: Instance,
  { domains, httpPort }: EnsuredProxy,
): Promise<void> {
  const { output, platform } = context;
  for (const { label, target, health } of instance.routes) {
    if (health !== "down") continue;
    const where = "service" in target ? `${target.service}:${target.port}` : `port ${target.port}`;
    output.warn(`${label}: nothing answers on ${where} yet`);
  }
  const first = instance.routes[0];
  if (first === undefined) {
    output.warn(`no service of ${project.directory} has a port that could be a route; name one in .cspace.json`);
    return;
  }
  const unresolved = await describeUnresolved(instance, { domains, proxyPort: httpPort, platform });
  if (unresolved !== undefined) output.note(unresolved);
  else if (first.via === "port" && first.reason !== null) output.note(`the URLs are localhost:PORT: ${first.reason}`);
}

function finish(steps: Step[], progress: Progress, step: Step): void {
  steps.push(step);
  progress.onStep(step);
}

function since(begin: number): number {
  return Math.round(performance.now() - begin);
}
