import type { InstanceRecord } from "@cspace/compose";
import type { HeldInstance } from "@cspace/daemon";
import type { PlanStep } from "@cspace/plan";
import type { RoutedProcess } from "./read-processes.ts";

/**
 * What starting these processes would change, and ending those of the instance that are not among them: a step each, with
 * the command lines of before and after. Pure.
 */
export function previewProcesses(
  { project, instance }: Pick<InstanceRecord, "project" | "instance">,
  processes: readonly Pick<RoutedProcess, "label" | "command">[],
  held: readonly HeldInstance[],
): PlanStep[] {
  const routes = held.find(({ record }) => record.project === project && record.instance === instance)?.routes ?? [];
  const running = routes.filter(({ leased, state }) => !leased && state !== "exited" && state !== "failed");
  const before = new Map(running.map(({ label, command }) => [label, `${command}\n`]));
  const after = new Map(processes.map(({ label, command }) => [label, `${command}\n`]));
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((label) => {
    const change = { before: before.get(label) ?? null, after: after.get(label) ?? null };
    if (change.before === change.after) return [];
    return [{ kind: "process", path: `process:${project}/${instance}/${label}`, ...change, needsRoot: false }];
  });
}
