import { homePaths, previewHomeRemoval, removeHome } from "@cspace/compose";
import { type Host, planRemoveEverything, type Removal, readHostDns, removeEverything } from "@cspace/instances";
import { applyPlan, buildPlan, type Plan } from "@cspace/plan";
import type { RootCertificate } from "@cspace/trust";
import { planAgentsTakenOut } from "../../agents/change-agents.ts";
import type { Context } from "../../context.ts";
import { instanceOptions } from "../../instance-options.ts";
import { planStatuslineTakenOut } from "../../statusline/change-statusline.ts";
import type { HostStep } from "../host-steps.ts";
import { applyRules, place } from "../install-rules.ts";
import { applyLogin, loginOptions, planLogin } from "../login/plan-login.ts";
import { applyTrust, readMachineTrust } from "../trust-machine.ts";
import { planMade, removeMade } from "./made-steps.ts";

/** One kind of thing that goes. */
export interface UninstallPart {
  readonly name: HostStep["name"];
  readonly plan: Plan;
  readonly apply: () => Promise<void>;
}

/** Something that stays, and why. */
export interface Remainder {
  readonly what: string;
  readonly why: string;
  /** What takes it away; `null`: nothing that cspace could name. */
  readonly command: string | null;
}

/** Everything that goes, in the order in which it goes, and what stays. */
export interface Uninstall {
  readonly parts: readonly UninstallPart[];
  readonly roots: readonly RootCertificate[];
  readonly remains: readonly Remainder[];
}

/**
 * Plans that nothing of cspace's is left on the machine: what needs rights first, so that a password that is not given leaves
 * everything as it is; its home last, for it tells what else there is. Changes nothing.
 */
export async function planUninstall(context: Context, { volumes }: { readonly volumes: boolean }): Promise<Uninstall> {
  const paths = homePaths({ env: context.env });
  const options = { ...instanceOptions(context), volumes };
  const [names, trust, login, statusline, agents, removal, home] = await Promise.all([
    planNames(context),
    planTrustRemoval(context),
    planLogin(false, loginOptions(context)),
    planStatuslineTakenOut(context).then((step) => buildPlan([step])),
    planAgentsTakenOut(context),
    planRemoveEverything(options),
    previewHomeRemoval(paths),
  ]);
  const going = [...trust.plan.steps, ...login.steps, ...statusline.steps, ...agents.plan.steps, ...home];
  const made = buildPlan(await planMade(context, new Set(going.flatMap(({ path, target }) => [path, target ?? path]))));
  const { signal } = context;
  const parts: UninstallPart[] = [
    { name: "resolver", plan: names.plan, apply: () => applyRules(context, names.host, names.plan) },
    {
      name: "trust",
      plan: trust.plan,
      apply: async () => {
        if (trust.found !== undefined) await applyTrust(context, trust.plan, trust.found);
      },
    },
    { name: "login", plan: login, apply: () => applyLogin(login, { signal }) },
    { name: "statusline", plan: statusline, apply: async () => void (await applyPlan(statusline, { signal })) },
    { name: "agents", plan: agents.plan, apply: async () => void (await applyPlan(agents.plan, { signal })) },
    { name: "instances", plan: removal.plan, apply: async () => void (await removeEverything(options)) },
    { name: "files", plan: made, apply: () => removeMade(context) },
    { name: "home", plan: buildPlan(home), apply: async () => void (await removeHome(paths)) },
  ];
  const roots = trust.found === undefined ? [] : [trust.found.root, ...trust.found.former];
  return { parts, roots, remains: remainders(context, removal, agents.unread) };
}

async function planNames(context: Context): Promise<{ readonly host: Host; readonly plan: Plan }> {
  const host: Host = { paths: homePaths({ env: context.env }), machine: undefined, noEngine: null };
  const { planLowPortsRemoval, planRemoval } = await import("@cspace/resolver");
  const [dns, lowPorts] = await Promise.all([readHostDns(host, place(context)), planLowPortsRemoval(context.platform)]);
  return { host, plan: buildPlan([...planRemoval(dns.states).steps, ...lowPorts.steps]) };
}

async function planTrustRemoval(
  context: Context,
): Promise<{ readonly plan: Plan; readonly found: Awaited<ReturnType<typeof readMachineTrust>> }> {
  const { planDistrust } = await import("@cspace/trust");
  const found = await readMachineTrust(context);
  return { found, plan: found === undefined ? buildPlan([]) : planDistrust(found.stores) };
}

function remainders(
  { program }: Context,
  { volumes, otherHome, noEngine }: Removal,
  unread: readonly string[],
): Remainder[] {
  return [
    ...unread.map((directory) => ({
      what: `what coding agents were told in ${directory}`,
      why: "its files cannot be read",
      command: null,
    })),
    ...volumes.map((name) => ({
      what: `the volume ${name}`,
      why: "it is your data",
      command: `docker volume rm ${name}`,
    })),
    ...(otherHome === null
      ? []
      : [
          {
            what: "the proxy, and what is not known here",
            why: `it is of another home, ${otherHome}`,
            command: `CSPACE_HOME=${otherHome} cspace uninstall`,
          },
        ]),
    ...(noEngine === null
      ? []
      : [{ what: "containers, networks and images, if there are any", why: noEngine, command: "cspace uninstall" }]),
    { what: ".cspace.json of your projects", why: "it is part of them", command: null },
    { what: "images that your projects pulled or built", why: "they are part of them", command: null },
    {
      what: `this program, ${program.script}`,
      why: "it cannot remove itself",
      command: "npm uninstall --global @cspace/cli",
    },
  ];
}
