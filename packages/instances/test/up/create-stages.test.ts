import type { Step } from "@cspace/compose";
import { expect, test } from "vitest";
import { mergeSteps } from "../../src/up/create-stages.ts";

const step = (name: Step["name"], status: Step["status"], ms: number): Step => ({ name, status, ms });

test("each name once, in the order of the first part, with the time of both", () => {
  const containers = [step("proxy", "unchanged", 1), step("create", "done", 2), step("wait", "skipped", 3)];
  const processes = [step("proxy", "done", 10), step("start", "unchanged", 20), step("wait", "skipped", 30)];
  expect(mergeSteps([...containers, ...processes])).toEqual([
    step("proxy", "done", 11),
    step("create", "done", 2),
    step("wait", "skipped", 33),
    step("start", "unchanged", 20),
  ]);
  expect(mergeSteps([step("verify", "done", 1), step("verify", "unchanged", 1)])).toEqual([step("verify", "done", 2)]);
});
