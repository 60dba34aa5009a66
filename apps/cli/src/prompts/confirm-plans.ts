import { CspaceError } from "@cspace/errors";
import { type Plan, renderCommands, renderPlan } from "@cspace/plan";
import type { RootCertificate } from "@cspace/trust";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { CommandFailure } from "../output/command-failure.ts";

/** Changes that somebody has to agree to. */
export interface Proposal {
  readonly plan: Plan;
  /** What the changes are for, above them. */
  readonly title: string;
  /** Answered with yes or no. */
  readonly question: string;
  /** Whether its commands may be typed by hand before it is agreed to. @default true */
  readonly isTypable?: boolean;
}

/**
 * Shows what would change and asks about each proposal; `--yes` answers all. Proposals without steps are agreed to.
 *
 * @throws {CspaceError} `CSPACE_CONFIRMATION_NEEDED` where nobody can be asked, after the whole plan and the commands
 * that need root; `CSPACE_INTERRUPTED` when the question is broken off. Nothing is asked half.
 */
export async function confirmPlans(
  context: Context,
  proposals: readonly Proposal[],
  roots: readonly RootCertificate[] = [],
): Promise<boolean[]> {
  const { flags, terminal } = context;
  const pending = proposals.filter(({ plan }) => plan.steps.length > 0);
  if (pending.length > 0 && !flags.yes && terminal === undefined) throw await refuse(context, pending, roots);
  const answers: boolean[] = [];
  for (const proposal of proposals) {
    const isPending = pending.includes(proposal);
    if (isPending) show(context, proposal);
    answers.push(!isPending || flags.yes || (await ask(context, proposal.question)));
  }
  return answers;
}

/**
 * The failure for steps that need root and did not get it: with the plan, and the commands that a person would type,
 * which stand above the error on a terminal.
 */
export async function withCommands(
  context: Context,
  error: unknown,
  plan: Plan,
  roots: readonly RootCertificate[] = [],
): Promise<CommandFailure> {
  const { output, isRoot } = context;
  const [{ nrptCommands }, { trustCommands }] = await Promise.all([
    import("@cspace/resolver"),
    import("@cspace/trust"),
  ]);
  const more = { ...nrptCommands, ...trustCommands(roots) };
  const commands = renderCommands(plan, { commands: more, ...(isRoot ? { elevate: [] } : {}) });
  if (!output.json && commands.length > 0) {
    output.aside(`by hand, in this order:\n\n${commands.map((command) => `  ${command}\n`).join("")}\n`);
  }
  return new CommandFailure(error, { plan, commands });
}

function show({ output }: Context, { title, plan }: Proposal): void {
  if (!output.json && !output.quiet) output.aside(`${output.asideStyle.bold(title)}\n\n${renderPlan(plan)}\n`);
}

async function refuse(
  context: Context,
  pending: readonly Proposal[],
  roots: readonly RootCertificate[],
): Promise<CommandFailure> {
  for (const proposal of pending) show(context, proposal);
  const steps = pending.flatMap(({ plan }) => plan.steps);
  const typable = pending.filter(({ isTypable = true }) => isTypable).flatMap(({ plan }) => plan.steps);
  const error = new CspaceError<CliErrorCode>(
    "CSPACE_CONFIRMATION_NEEDED",
    `${steps.length === 1 ? "a change waits" : `${steps.length} changes wait`} for a yes, and there is no terminal to ask at; nothing is changed`,
    { hint: "run it in a terminal, or agree beforehand: --yes" },
  );
  const failure = await withCommands(context, error, { version: 1, steps: typable }, roots);
  return new CommandFailure(error, { ...failure.data, plan: { version: 1, steps } });
}

async function ask({ terminal, signal }: Context, question: string): Promise<boolean> {
  const { confirm } = await import("@clack/prompts");
  const answer = await confirm({ message: question, withGuide: false, signal, ...terminal });
  if (typeof answer === "boolean") return answer;
  throw new CspaceError<CliErrorCode>("CSPACE_INTERRUPTED", "interrupted", { hint: "nothing is changed" });
}
