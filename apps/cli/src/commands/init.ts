import {
  makeFolder,
  planMachineConfig,
  portCandidates,
  previewPorts,
  previewProxy,
  readMachineConfig,
} from "@cspace/compose";
import { refreshDaemon, setGatewayPorts } from "@cspace/daemon";
import { CspaceError } from "@cspace/errors";
import { needsNoRule } from "@cspace/hostnames";
import {
  type Host,
  type HostDns,
  noteOldUrls,
  openHost,
  type ProjectProposal,
  proposeProject,
  readHostDns,
} from "@cspace/instances";
import { applyPlan, buildPlan, type Plan, type PlanStep, readFileState, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { instanceOptions } from "../instance-options.ts";
import { createProgress } from "../output/progress.ts";
import { confirmPlans, type Proposal } from "../prompts/confirm-plans.ts";
import { declined } from "../prompts/declined.ts";
import { chooseDomains } from "../setup/choose-domains.ts";
import { createHostSteps, failWithSteps, type HostStep } from "../setup/host-steps.ts";
import {
  applyRules,
  type InstalledRules,
  installRules,
  place,
  planRules,
  proposeRules,
  verifyRules,
} from "../setup/install-rules.ts";
import { applyLogin, loginOptions, planLogin } from "../setup/login/plan-login.ts";
import { recordPlan } from "../setup/record-made.ts";
import {
  describeResolvers,
  type ResolverDocument,
  renderResolvers,
  requireFollowed,
} from "../setup/resolver-document.ts";
import { startProxy } from "../setup/start-proxy.ts";
import { describeTrust, renderTrusted, type TrustDocument } from "../setup/trust-document.ts";
import { type FoundTrust, findTrust, installTrust, previewInstall, readMachineTrust } from "../setup/trust-machine.ts";

interface InitResult extends ResolverDocument {
  /** The project's settings; `declined`: not wanted. */
  readonly settings: {
    readonly file: string | null;
    readonly state: "present" | "written" | "declined" | "none";
  };
  readonly domains: readonly string[];
  /** What the certificate stores say; `null`: nobody asked them. */
  readonly trust: TrustDocument | null;
  readonly steps: readonly HostStep[];
}

type InitDocument = InitResult | { readonly plan: Plan };

/** Everything that is known before anything is asked or changed. */
interface Findings {
  readonly host: Host;
  readonly project: ProjectProposal;
  readonly domains: readonly string[];
  /** Those that it serves until now. */
  readonly served: readonly string[];
  readonly localhost: boolean;
  /** The change of the machine's settings. */
  readonly config: PlanStep | undefined;
  readonly dns: HostDns;
  /** The change of the host's resolver, for the port that DNS has or is going to have. */
  readonly rules: Plan;
  /** What lets every user have low ports, where that was asked for. */
  readonly lowPorts: Plan;
  /** Who is to trust certificates; `undefined`: that is left out. */
  readonly trust: FoundTrust | undefined;
  /** What starts at a login, where that was asked for. */
  readonly login: Plan;
}

/** Sets up the project of the directory and, once, the machine; run again it changes nothing. */
export async function run(context: Context, args: CommandArgs): Promise<InitDocument> {
  const { output, flags } = context;
  const found = await readFindings(context, args);
  for (const note of found.project.notes) output.note(note);
  if (flags.dryRun) return { plan: await preview(context, found) };
  const proposals = propose(found);
  const roots = found.trust === undefined ? [] : [found.trust.root, ...found.trust.former];
  const answers = await confirmPlans(context, proposals, roots);
  const wanted = proposals.filter((_, index) => answers[index] === true);
  if (wanted.every(({ plan }) => plan.steps.length === 0) && wanted.length < proposals.length) throw declined();
  const isAgreed = (proposal: Plan): boolean => answers[proposals.findIndex(({ plan }) => plan === proposal)] === true;
  const [writes, changes, trusts] = answers.map((answer) => answer === true);
  return await apply(context, found, {
    writes: writes === true,
    changes: changes === true,
    trusts: found.trust !== undefined && trusts === true,
    logins: isAgreed(found.login),
  });
}

/** Renders what was done, and what became of every domain. */
export function render(data: InitDocument, { output }: Context): string {
  if ("plan" in data) return renderPlan(data.plan);
  const { settings, domains, resolvers, trust, steps } = data;
  const changed = steps.some(({ name, status }) => name !== "verify" && status === "done");
  const well = resolvers.every(
    ({ domain, state }) => domain !== domains[0] || state === "ok" || (state === "no-rule" && needsNoRule(domain)),
  );
  const head = changed ? "done" : well ? "all is in place" : "nothing to change";
  const written = settings.state === "written" ? `, and ${settings.file} is written` : "";
  const secure = trust === null ? "" : `\n\n${renderTrusted(trust)}`;
  return `${head}${written}\n\n${renderResolvers(data, output)}${renderFree(data)}${secure}`;
}

/** Domains that need no step; where the system does not find one, its report says for whom it does. */
function renderFree({ domains, resolvers }: InitResult): string {
  const free = domains
    .filter(needsNoRule)
    .filter((domain) => resolvers.every((one) => one.domain !== domain || one.state === "ok"));
  return free.map((domain) => `\n${domain} needs no step in Chrome, Firefox, Edge and curl`).join("");
}

async function readFindings(context: Context, args: CommandArgs): Promise<Findings> {
  const isLow = args.lowPorts === true;
  if (isLow) requireLinux(context);
  const host = await openHost(context);
  const { machine, paths } = host;
  const served = (await readMachineConfig(paths)).domains;
  const domains = chooseDomains(served, typeof args.domain === "string" ? args.domain : undefined);
  const localhost = args.localhost === true;
  const [project, ports] = await Promise.all([
    proposeProject(instanceOptions(context)),
    machine === undefined ? undefined : previewPorts(machine),
  ]);
  const { planLowPorts } = await import("@cspace/resolver");
  const lowPorts = isLow ? await planLowPorts(context.platform) : buildPlan([]);
  // With low ports the gateway has the first of its list.
  const dnsPort = machine === undefined ? (isLow ? portCandidates.dns[0] : undefined) : ports?.dnsPort;
  const dns = await readHostDns(host, { ...place(context), domains, localhost, port: dnsPort });
  const config =
    domains === served ? undefined : planMachineConfig(await readFileState(paths.config), { domains: [...domains] });
  const rules = await planRules(dns);
  const trust = args.trust === false ? undefined : await findTrust(context, domains);
  const login =
    typeof args.atLogin === "boolean" ? await planLogin(args.atLogin, loginOptions(context)) : buildPlan([]);
  return { host, project, domains, served, localhost, config, dns, rules, lowPorts, trust, login };
}

function requireLinux({ platform }: Context): void {
  if (platform === "linux") return;
  throw new CspaceError<CliErrorCode>("CSPACE_USAGE", "--low-ports is for Linux: here every user may have port 80", {
    hint: "leave it out: cspace init",
  });
}

async function preview(context: Context, found: Findings): Promise<Plan> {
  const { host, project, config, rules, lowPorts, domains, trust, login } = found;
  const changed = config === undefined ? {} : { domains };
  const proxy = host.machine === undefined ? [] : await previewProxy({ ...host.machine, ...changed });
  const stores = trust === undefined ? [] : (await previewInstall(context, trust)).steps;
  return buildPlan([project.step, config, ...lowPorts.steps, ...proxy, ...rules.steps, ...stores, ...login.steps]);
}

function propose({ project, config, dns, rules, lowPorts, trust, login }: Findings): Proposal[] {
  const machine = proposeRules(dns, buildPlan([config, ...lowPorts.steps, ...rules.steps]));
  return [
    {
      plan: buildPlan([project.step]),
      title: "settings for this project, from what is found in it",
      question: `Write ${project.file}?`,
    },
    rules.steps.length > 0
      ? machine
      : lowPorts.steps.length > 0
        ? { ...machine, title: "ports from 53 on for every user of this machine" }
        : { ...machine, title: "what this machine serves", question: "Change the machine's settings?" },
    ...(trust === undefined ? [] : [trust.proposal]),
    { plan: login, title: "what starts when you log in", question: "Make these changes?" },
  ];
}

async function apply(
  context: Context,
  found: Findings,
  { writes, changes, trusts, logins }: Readonly<Record<"writes" | "changes" | "trusts" | "logins", boolean>>,
): Promise<InitResult> {
  const { host, project, domains, trust } = found;
  const progress = await createProgress(context.output, { verbose: context.flags.verbose });
  const steps = createHostSteps(progress, context.signal);
  const applyStep = async (step: PlanStep): Promise<boolean> => {
    await applyPlan({ version: 1, steps: [step] }, { signal: context.signal });
    return true;
  };
  try {
    const { step, file, state } = project;
    if (writes && step !== undefined) await steps.run("settings", () => applyStep(step));
    const installed = changes ? await setUp() : { dns: found.dns, reports: await verifyRules(context, found.dns) };
    const document = describeResolvers(installed.dns, installed.reports);
    const proposed = writes ? ("written" as const) : ("declined" as const);
    const settings = { file, state: state === "proposed" ? proposed : state };
    if (changes) requireFollowed(document, installed.dns);
    // An authority for domains that are not served after all would be for nothing.
    const isAgreed = trusts && (changes || found.config === undefined);
    if (trust !== undefined && isAgreed && trust.proposal.plan.steps.length > 0) {
      await steps.run("trust", async () => {
        await installTrust(context, trust);
        return true;
      });
    }
    if (logins && found.login.steps.length > 0) {
      await steps.run("login", async () => {
        await recordPlan(context, found.login);
        await applyLogin(found.login, { signal: context.signal });
        return true;
      });
    }
    const stores = trust === undefined ? null : describeTrust(await readMachineTrust(context));
    return { settings, domains, ...document, trust: stores, steps: steps.steps };
  } catch (error) {
    throw failWithSteps(error, steps);
  } finally {
    progress.stop();
  }

  async function setUp(): Promise<InstalledRules> {
    const { config, localhost, served, rules, lowPorts } = found;
    const start = async (): Promise<InstalledRules> => {
      if (lowPorts.steps.length > 0) await steps.run("ports", () => freeLowPorts(context, host, lowPorts));
      await steps.run("proxy", () => startProxy(context, host, progress));
      return await installRules(context, host, { localhost, former: served, agreed: rules, steps });
    };
    if (config === undefined) return await start();
    await makeFolder(host.paths.home);
    await steps.run("config", () => applyStep(config));
    try {
      await refreshDaemon({ ...place(context), program: instanceOptions(context).daemonProgram });
      const installed = await start();
      if (host.machine !== undefined) await noteOldUrls(instanceOptions(context), host.machine);
      return installed;
    } catch (error) {
      await applyPlan({ version: 1, steps: [reverse(config)] });
      await refreshDaemon({ ...place(context), program: instanceOptions(context).daemonProgram }).catch(
        () => undefined,
      );
      // Why it failed matters more than what keeps the proxy from its old domains; the next start gives it them.
      if (!context.signal.aborted) await startProxy(context, host, progress).catch(() => undefined);
      context.output.note(`the machine serves ${served.join(", ")}, as before`);
      throw error;
    }
  }
}

/** Applies what lets the gateway have low ports, and moves it there. */
async function freeLowPorts(context: Context, host: Host, plan: Plan): Promise<boolean> {
  await applyRules(context, host, plan);
  if (host.machine === undefined)
    await setGatewayPorts({ httpPort: "auto", httpsPort: "auto", dnsPort: "auto" }, context);
  return true;
}

function reverse({ before, after, ...step }: PlanStep): PlanStep {
  return { ...step, before: after, after: before };
}
