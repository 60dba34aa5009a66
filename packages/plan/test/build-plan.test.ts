import { buildPlan, type PlanStep } from "@cspace/plan";
import { expect, test } from "vitest";

const step = (path: string): PlanStep => ({ kind: "file", path, before: null, after: "", needsRoot: false });

test("it keeps the order and leaves out what changes nothing", () => {
  expect(buildPlan([undefined, step("/b"), undefined, step("/a")])).toEqual({
    version: 1,
    steps: [step("/b"), step("/a")],
  });
});

test("two steps on one file are refused, also through a link", () => {
  const duplicate = expect.objectContaining({
    code: "CSPACE_PLAN_DUPLICATE",
    message: "two steps of one plan change /a",
  });
  expect(() => buildPlan([step("/a"), step("/a")])).toThrow(duplicate);
  expect(() => buildPlan([step("/a"), { ...step("/link"), target: "/a" }])).toThrow(duplicate);
});
