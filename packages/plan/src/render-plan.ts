import { structuredPatch } from "diff";
import type { Plan, PlanStep } from "./plan.ts";

/**
 * Text for a person: per step a heading and the lines that go (`-`) and come (`+`), in the manner of a unified diff.
 * Unstyled, one final newline; control characters and those that reorder text are shown as escapes.
 *
 * @example
 * ```ts
 * renderPlan({ version: 1, steps: [] }); //=> "nothing to change\n"
 * ```
 */
export function renderPlan(plan: Plan): string {
  if (plan.steps.length === 0) return "nothing to change\n";
  return plan.steps.map((step) => `${[renderHeading(step), ...renderDiff(step)].join("\n")}\n`).join("\n");
}

function renderHeading(step: PlanStep): string {
  const verb =
    step.kind === "command" ? "run" : step.before === null ? "create" : step.after === null ? "remove" : "change";
  const noun = ["file", "remove", "command"].includes(step.kind) ? "" : ` ${visible(step.kind)}`;
  const link = step.target === undefined ? "" : ` -> ${visible(step.target)}`;
  const notes = [
    ...(step.needsRoot ? ["as root"] : []),
    ...(step.mode === undefined ? [] : [`mode ${step.mode.toString(8).padStart(4, "0")}`]),
    ...(step.owner === undefined ? [] : [`owner ${step.owner.uid}:${step.owner.gid}`]),
  ];
  return `${verb}${noun} ${visible(step.path)}${link}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
}

/** Where a hunk is says something only of content that stays. */
function renderDiff({ kind, before, after }: PlanStep): string[] {
  if (kind === "command")
    return (after ?? "")
      .split("\n")
      .filter(Boolean)
      .map((line) => `$ ${visible(line)}`);
  const { hunks } = structuredPatch("", "", before ?? "", after ?? "", undefined, undefined, { context: 3 });
  return hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => {
    const place = `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`;
    return [...(before === null || after === null ? [] : [place]), ...lines.map(visible)];
  });
}

/** A text that cannot steer a terminal or look like another one. */
function visible(text: string): string {
  return text.replace(/(?!\t)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) =>
    character === "\r" ? "\\r" : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
