import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { type Check, firstFinding } from "@cspace/doctor";
import { examineMachine, examineRoutes } from "@cspace/instances";
import { type Plan, type PlanStep, renderPlan } from "@cspace/plan";
import packageJson from "../../package.json" with { type: "json" };
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitWith } from "../exit-with.ts";
import { instanceOptions } from "../instance-options.ts";
import { renderTable } from "../output/table.ts";

interface DoctorDocument {
  readonly checks: readonly Check[];
  /** The fixes that were applied, or with `--dry-run` would be. */
  readonly fixed: readonly string[];
  /** What each of them changes, as far as that is known beforehand. */
  readonly plan: Plan;
  /** Where the report is. */
  readonly report: string | null;
}

/** Looks at every hop of the machine, and of a route where one is named; ends with 1 when one fails. */
export async function run(context: Context, args: CommandArgs): Promise<ExitWith> {
  const label = typeof args.label === "string" ? args.label : undefined;
  let checks = await examine(context, label);
  const fixed: string[] = [];
  const steps: PlanStep[] = [];
  if (args.fix === true) {
    // One mended hop may mend those behind it: so each is looked at again.
    for (let fix = nextFix(checks, fixed); fix !== undefined; fix = nextFix(checks, fixed)) {
      fixed.push(fix);
      steps.push(...(await planFix(context, fix)));
      if (!context.flags.dryRun) await apply(context, fix);
      if (!context.flags.dryRun) checks = await examine(context, label);
    }
  }
  const report = typeof args.report === "string" ? await writeReport(context, args.report, checks) : null;
  return new ExitWith(firstFinding(checks)?.status === "fail" ? 1 : 0, {
    ...{ checks, fixed, report },
    plan: { version: 1, steps },
  });
}

/** Renders what is not well, what to do about it, and how much was looked at. */
export function render({ checks, fixed, plan, report }: DoctorDocument, { output, flags }: Context): string {
  const { style } = output;
  const first = firstFinding(checks);
  const shown = flags.verbose ? checks : checks.filter(({ status }) => status !== "ok");
  const colors = { ok: style.green, warn: style.yellow, fail: style.red, unknown: style.dim };
  const lines = renderTable(shown.map(({ id, status, message }) => [colors[status](status), id, message])).split("\n");
  const blocks = shown.flatMap(({ fix, evidence }, index) => [
    lines[index] ?? "",
    ...(flags.verbose ? evidence.map((line) => style.dim(`      ${line}`)) : []),
    ...(fix === null ? [] : [`      ${style.cyan("fix")}  ${fix.command}`]),
  ]);
  const count = `${checks.length} hops were looked at`;
  const verdict = first === undefined ? `all is well: ${count}` : `${count}; first: ${first.message}`;
  return [
    ...fixed.map((command) => `${flags.dryRun ? "would run" : "ran"}  ${command}`),
    ...(flags.dryRun && plan.steps.length > 0 ? [`\n${renderPlan(plan)}`] : []),
    ...blocks,
    ...(blocks.length > 0 ? [""] : []),
    verdict,
    ...(report === null ? [] : [`the report is in ${report}`]),
  ].join("\n");
}

async function examine(context: Context, label: string | undefined): Promise<Check[]> {
  const options = { ...instanceOptions(context), onNote: undefined, onWarning: undefined };
  const machine = examineMachine({ ...options, version: packageJson.version });
  if (label === undefined && context.flags.instance === undefined) return await machine;
  const [first, routes] = await Promise.all([machine, examineRoutes({ ...options, label })]);
  return [...first, ...routes];
}

function nextFix(checks: readonly Check[], done: readonly string[]): string | undefined {
  const fixes = checks
    .filter(({ status }) => status !== "ok")
    .flatMap(({ fix }) => (fix?.safe === true ? fix.command : []));
  return fixes.find((command) => !done.includes(command));
}

/** What a fix would change; none of what tells no plan. */
async function planFix(context: Context, fix: string): Promise<readonly PlanStep[]> {
  const { stdout } = await call(context, [...fix.split(" "), "--dry-run", "--json"]);
  try {
    return (JSON.parse(stdout) as { plan?: Plan }).plan?.steps ?? [];
  } catch {
    return [];
  }
}

async function apply(context: Context, fix: string): Promise<void> {
  const { error, stderr } = await call(context, fix.split(" "));
  if (error !== null) context.output.warn(`${fix} failed: ${stderr.trim().split("\n").at(-2) ?? error.message}`);
}

/** Every safe fix is a command of cspace's own. */
function call(
  { program, cwd, env }: Context,
  [, ...words]: readonly string[],
): Promise<{ readonly error: Error | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((done) => {
    execFile(program.node, [program.script, ...words], { cwd, env, timeout: 120_000 }, (error, stdout, stderr) =>
      done({ error, stdout, stderr }),
    );
  });
}

/** For a bug report: what was found, and on what; paths are the user's own business. */
async function writeReport({ cwd, platform }: Context, file: string, checks: readonly Check[]): Promise<string> {
  const path = resolve(cwd, file);
  const about = { cspace: packageJson.version, node: process.version, platform, arch: process.arch };
  const text = JSON.stringify({ version: 1, about, checks }, null, 2);
  const home = homedir();
  await writeFile(path, `${home === "/" ? text : text.replaceAll(home, "~")}\n`, { mode: 0o600 });
  return path;
}
