import {
  applyInstance,
  type EnsuredProxy,
  ensureProxy,
  type InstancePlan,
  listInstances,
  planInstance,
  previewInstance,
  previewProxy,
  readComposeModel,
  readMachineConfig,
  readProxyState,
  requireCompose,
  requireNoFailure,
  type Step,
} from "@cspace/compose";
import { buildHostname, composeProjectName } from "@cspace/hostnames";
import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import { resolveName } from "@cspace/ports";
import { buildEnvironment, type Project } from "@cspace/project";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { chooseForUp, type UpTarget } from "../core/choose-for-up.ts";
import { describeInstance } from "../core/describe-instance.ts";
import type { Instance, InstanceDocument } from "../core/documents.ts";
import { readScope, type Scope } from "../core/find-instance.ts";
import { type Machine, openEngine } from "../core/open-engine.ts";
import { type ChosenRoute, planRoutes } from "../core/plan-routes.ts";
import { readEvidence } from "../core/read-evidence.ts";
import { readStackFiles } from "../core/read-stack.ts";
import { renderInstance } from "../core/render-instance.ts";
import { verifyRoutes } from "../core/verify-routes.ts";
import { CommandFailure } from "../output/command-failure.ts";
import { createProgress, type Progress } from "../output/progress.ts";

interface UpDocument extends InstanceDocument {
  readonly instance: Instance;
}

/** Starts or reconnects to an instance. */
export async function run(context: Context, args: CommandArgs): Promise<UpDocument | { plan: Plan }> {
  const [scope, machine] = await Promise.all([readScope(context), openEngine(context)]);
  const inProject = requireProject(scope);
  const name = typeof args.instance === "string" ? args.instance : context.flags.instance;
  const target = await chooseForUp(context, machine, inProject, { name, fresh: args.new === true });
  const progress = await createProgress(context.output, { verbose: context.flags.verbose });
  try {
    return await start({ context, machine, project: inProject.project, target, progress, args });
  } finally {
    progress.stop();
  }
}

/** Renders what `up` did. */
export function render(data: UpDocument | { plan: Plan }, { output }: Context): string {
  return "plan" in data ? renderPlan(data.plan) : renderInstance(data.instance, output);
}

interface UpRun {
  readonly context: Context;
  readonly machine: Machine;
  readonly project: Project;
  readonly target: UpTarget;
  readonly progress: Progress;
  readonly args: CommandArgs;
}

async function start(run: UpRun): Promise<UpDocument | { plan: Plan }> {
  const { context, machine, project, target, progress, args } = run;
  const { signal, output, flags } = context;
  const { record } = target;
  const config = await readMachineConfig(machine.paths);
  const composeProject = composeProjectName(record);
  const { files, release } = await readStackFiles(machine, project, { ...record, dryRun: flags.dryRun });
  const interpolation = {
    CSPACE_PROJECT: record.project,
    CSPACE_INSTANCE: record.instance,
    CSPACE_DOMAIN: config.domains[0] as string,
  };
  const { compose } = machine;
  const { directory } = project;
  const reading = readComposeModel({ compose, directory, files, composeProject, env: interpolation, signal }).catch(
    async (error: unknown) => {
      // A Compose that is too old may well have failed for that.
      await requireCompose(compose, directory);
      throw error;
    },
  );
  const begin = performance.now();
  const steps: Step[] = [];
  let plan: InstancePlan | undefined;
  try {
    if (flags.dryRun) return await preview(run, planFor(run, await reading, config.domains, await proxyPort(run)));
    progress.onStep({ name: "proxy" });
    const [model, proxy] = await bothSettled(reading, startProxy(run));
    finish(steps, progress, { name: "proxy", status: proxy.changed ? "done" : "unchanged", ms: since(begin) });
    for (const note of proxy.notes) output.note(note);
    plan = await planFor(run, model, proxy.domains, proxy.httpPort);
    const waitMs = args.wait === false ? null : typeof args.wait === "number" ? args.wait * 1000 : 60_000;
    const applied = await applyInstance(plan, {
      ...machine,
      files,
      env: interpolation,
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
    const verified = await verify(run, { proxy, plan, started: applied.started, wait: waitMs !== null, steps });
    warnAboutRoutes(run, verified);
    return { instance: verified, steps };
  } catch (error) {
    reading.catch(() => undefined);
    throw new CommandFailure(error, { ...(await describeFailed(run)), steps });
  } finally {
    await release();
  }
}

/** The instance as a failure leaves it, for its document; nothing when there is none, or it cannot be told. */
async function describeFailed({ context, machine, target }: UpRun): Promise<{ readonly instance?: Instance }> {
  if (!context.flags.json) return {};
  const { project, instance } = target.record;
  try {
    const listed = (await listInstances({ engine: machine.engine, project })).find((one) => one.instance === instance);
    if (listed === undefined) return {};
    return { instance: await describeInstance(listed, await readEvidence(context, machine)) };
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

async function startProxy({ context, machine, progress }: UpRun): Promise<EnsuredProxy> {
  return await ensureProxy({ ...machine, signal: context.signal, onLine: progress.onLine });
}

async function proxyPort({ machine }: UpRun): Promise<number> {
  const [config, proxy] = await Promise.all([readMachineConfig(machine.paths), readProxyState(machine.engine)]);
  return config.httpPort ?? proxy.httpPort ?? 80;
}

async function planFor(
  { context, project, target, args }: UpRun,
  model: InstancePlan["model"],
  domains: readonly string[],
  httpPort: number,
): Promise<InstancePlan> {
  const { record, listed } = target;
  const routes = planRoutes(project, model);
  const kept = args.recreate === true ? undefined : listed?.domain;
  const browserDomain = kept ?? (await chooseBrowserDomain(domains, routes, record, context));
  return planInstance({
    ...record,
    model,
    routes,
    domains,
    browserDomain,
    environment: buildEnvironment({
      project: record.project,
      instance: record.instance,
      domain: domains[0] as string,
      browserDomain,
      httpPort,
      routes,
    }),
  });
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
  const { instance } = await verifyRoutes(context, machine, {
    project: plan.project,
    instance: plan.instance,
    evidence: { proxyPort: proxy.httpPort, domains: proxy.domains, platform: context.platform },
    // A proxy that has just been started may still be reading the containers.
    patienceMs: !wait ? 0 : fresh ? 10_000 : proxy.changed ? 3000 : 0,
  });
  if (wait) await requireNoFailure(plan, machine.engine);
  finish(steps, progress, { name: "verify", status: "done", ms: since(begin) });
  return instance;
}

async function preview({ machine, target }: UpRun, planning: Promise<InstancePlan>): Promise<{ plan: Plan }> {
  const plan = await planning;
  const [proxy, instance] = await Promise.all([
    previewProxy(machine),
    previewInstance(plan, { ...machine, record: target.record }),
  ]);
  return { plan: buildPlan([...proxy, ...instance]) };
}

function warnAboutRoutes({ context, project }: UpRun, instance: Instance): void {
  const { output } = context;
  for (const route of instance.routes) {
    const where = `${route.target.service}:${route.target.port}`;
    if (route.health === "down") output.warn(`${route.label}: nothing answers on ${where} yet`);
  }
  const first = instance.routes[0];
  if (first === undefined) {
    output.warn(`no service of ${project.directory} has a port that could be a route; name one in .cspace.json`);
  } else if (first.via === "port" && first.browserUrl !== first.localUrl && first.reason !== null) {
    output.note(`for programs the URLs are localhost:PORT: ${first.reason}`);
  } else if (first.via === "port" && first.reason !== null) {
    output.note(`the URLs are localhost:PORT: ${first.reason}`);
  }
}

function requireProject(scope: Scope): Scope & { readonly project: Project } {
  if (scope.project !== undefined) return { ...scope, project: scope.project };
  throw new TypeError("`up` needs the project of a directory");
}

function finish(steps: Step[], progress: Progress, step: Step): void {
  steps.push(step);
  progress.onStep(step);
}

function since(begin: number): number {
  return Math.round(performance.now() - begin);
}
