import {
  type AgentFileReport,
  type AgentsPlan,
  type Harness,
  type PlanAgentsOptions,
  planAgents,
  planAgentsRemoval,
  readAgents,
  readAgentsRecords,
  writeAgentsRecord,
} from "@cspace/agents";
import { homePaths, readMachineConfig } from "@cspace/compose";
import { CspaceError, isCspaceError } from "@cspace/errors";
import { describeInstance, type Instance } from "@cspace/instances";
import { applyPlan, buildPlan, type Plan, renderPlan } from "@cspace/plan";
import { readProject } from "@cspace/project";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { instanceOptions } from "../instance-options.ts";
import { renderTable } from "../output/table.ts";
import { confirmPlans } from "../prompts/confirm-plans.ts";
import { declined } from "../prompts/declined.ts";
import { findCspace } from "../statusline/find-cspace.ts";

/** How cspace is in the files of harnesses, and what a change does to them. */
export interface AgentsDocument {
  readonly directory: string;
  readonly files: readonly AgentFileReport[];
  /** What was changed, or in a dry run would be. */
  readonly plan: Plan;
  readonly applied: boolean;
}

const harnesses: readonly Harness[] = ["agents", "claude", "cursor"];

/** Tells harnesses of cspace, or takes that back: shows the change, asks, makes it. */
export async function changeAgents(
  context: Context,
  action: "install" | "uninstall",
  asked: unknown,
): Promise<AgentsDocument> {
  const { flags, signal, output } = context;
  const options = await readOptions(context, asked);
  const planned = action === "install" ? await planAgents(options) : await planAgentsRemoval(options);
  if (action === "install" && options.instance === null) {
    output.note("no instance of this directory runs, so its URLs are told to nobody yet: cspace up, then this again");
  }
  const { plan } = planned;
  const { directory } = options;
  if (!flags.dryRun) {
    const [yes] = await confirmPlans(context, [
      {
        plan,
        title:
          action === "install" ? "what coding agents are told of cspace" : "what coding agents were told of cspace",
        question: action === "install" ? "Write it?" : "Take it out?",
      },
    ]);
    if (yes !== true) throw declined();
    await apply(context, planned, action, signal);
  }
  return { directory, files: await readAgents(options), plan, applied: !flags.dryRun };
}

/** What is kept is there before the first file is another, and goes after the last is as it was. */
async function apply(
  context: Context,
  { plan, record }: AgentsPlan,
  action: string,
  signal: AbortSignal,
): Promise<void> {
  const paths = homePaths({ env: context.env });
  if (action === "install" && plan.steps.length > 0) await writeAgentsRecord(paths, record);
  await applyPlan(plan, { signal });
  if (action === "uninstall") await writeAgentsRecord(paths, record);
}

/** Reads how it is now. */
export async function readAgentsDocument(context: Context, asked: unknown): Promise<AgentsDocument> {
  const options = await readOptions(context, asked);
  return { directory: options.directory, files: await readAgents(options), plan: buildPlan([]), applied: false };
}

/** Renders the files, and what happened to them. */
export function renderAgents({ files, plan, applied }: AgentsDocument, { output, flags }: Context): string {
  if (flags.dryRun) return renderPlan(plan);
  const { style } = output;
  const colors = { installed: style.green, outdated: style.yellow, absent: style.dim, foreign: style.yellow };
  const words = { installed: "told", outdated: "told otherwise", absent: "not told", foreign: "left alone: yours" };
  const rows = files.map(({ harness, path, what, state, isLocal }) => [
    colors[state](words[state]),
    harness,
    path,
    what,
    isLocal ? style.dim("for this directory alone: leave it out of commits") : "",
  ]);
  const changed = applied && plan.steps.length === 0 ? "nothing had to be changed\n" : "";
  return `${changed}${renderTable(rows)}`;
}

/** Everything that was told in directories of this machine, as `cspace uninstall` takes it back; and those where it cannot. */
export async function planAgentsTakenOut(
  context: Context,
): Promise<{ readonly plan: Plan; readonly unread: readonly string[] }> {
  const paths = homePaths({ env: context.env });
  const records = await readAgentsRecords(paths);
  const { domains } = await readMachineConfig(paths);
  const plans = await Promise.all(
    records.map(async ({ directory }) => {
      const instance = await findInstance(context, directory);
      // What cannot be read there stays as it is.
      const facts = { paths, directory, command: ["cspace"] as const, instance, domains };
      return await planAgentsRemoval(facts).catch(() => undefined);
    }),
  );
  const unread = records.flatMap(({ directory }, index) => (plans[index] === undefined ? [directory] : []));
  return { plan: buildPlan(plans.flatMap((one) => one?.plan.steps ?? [])), unread };
}

async function readOptions(context: Context, asked: unknown): Promise<PlanAgentsOptions> {
  const { env, cwd, program } = context;
  const names = Array.isArray(asked) ? asked.map(String) : [];
  const unknown = names.find((name) => !harnesses.includes(name as Harness));
  if (unknown !== undefined) {
    throw new CspaceError<CliErrorCode>("CSPACE_USAGE", `nothing is known of a harness ${unknown}`, {
      hint: `there are: ${harnesses.join(", ")}`,
    });
  }
  const paths = homePaths({ env });
  const [{ directory }, { domains }, call] = await Promise.all([
    readProject(cwd, { env }),
    readMachineConfig(paths),
    findCspace({ env, node: program.node, script: program.script }),
  ]);
  const instance = await findInstance(context, directory);
  const command = call.words as [string, ...string[]];
  const chosen = names.length === 0 ? {} : { harnesses: names as Harness[] };
  return { paths, directory, command, instance, domains, ...chosen };
}

/** The instance of a directory, as far as it can be told which one that is. */
async function findInstance(context: Context, directory: string): Promise<PlanAgentsOptions["instance"]> {
  try {
    const options = { ...instanceOptions(context), cwd: directory, onNote: undefined };
    return toFacts(await describeInstance(options));
  } catch (error) {
    if (isCspaceError(error)) return null;
    throw error;
  }
}

function toFacts({ project, instance, routes }: Instance): NonNullable<PlanAgentsOptions["instance"]> {
  const shown = routes.flatMap(({ label, browserUrl }) => (browserUrl === null ? [] : [{ label, url: browserUrl }]));
  return { project, instance, routes: shown };
}
