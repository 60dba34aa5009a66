import { chmod, mkdtemp, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyPlan, buildPlan, type Plan, planFile, readFileState, undoPlan } from "@cspace/plan";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readTree } from "./temporary-directory.ts";

const content = fc.option(fc.string({ unit: "binary" }), { nil: null });
const mode = fc.constantFrom(undefined, 0o600, 0o644, 0o755);
const scenario = fc.array(fc.record({ before: content, after: content, had: mode, mode }), { maxLength: 5 });
type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

/** Lays the files out in a new directory, plans what becomes of them, and hands both over. */
async function inScenario(files: Scenario, check: (directory: string, plan: Plan) => Promise<void>): Promise<void> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "cspace-plan-")));
  try {
    const steps = files.map(async ({ before, after, had, mode }, index) => {
      const path = join(directory, String(index));
      if (before !== null) await writeFile(path, before);
      if (before !== null && had !== undefined) await chmod(path, had);
      return planFile(await readFileState(path), after, mode === undefined ? {} : { mode });
    });
    await check(directory, buildPlan(await Promise.all(steps)));
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function readState(directory: string): Promise<unknown> {
  const tree = await readTree(directory);
  const modes = Object.keys(tree).map(async (name) => [name, tree[name], (await stat(join(directory, name))).mode]);
  return Promise.all(modes);
}

test("apply makes every file what was asked", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, (files) =>
      inScenario(files, async (directory, plan) => {
        await applyPlan(plan);
        const wanted = files.flatMap(({ after }, index) => (after === null ? [] : [[String(index), after]]));
        expect(await readTree(directory)).toEqual(Object.fromEntries(wanted));
      }),
    ),
  );
});

test("apply then undo gives the starting bytes and modes; undoing twice is undoing once", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, (files) =>
      inScenario(files, async (directory, plan) => {
        const start = await readState(directory);
        const applied = await applyPlan(plan);
        await undoPlan(applied);
        expect(await readState(directory)).toEqual(start);
        await undoPlan(applied);
        expect(await readState(directory)).toEqual(start);
      }),
    ),
  );
});

test("applying twice is applying once, and then there is nothing to plan or undo", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, (files) =>
      inScenario(files, async (directory, plan) => {
        await applyPlan(plan);
        const once = await readState(directory);
        expect((await applyPlan(plan)).undo.steps).toEqual([]);
        expect(await readState(directory)).toEqual(once);
        for (const [index, { after, mode }] of files.entries()) {
          const state = await readFileState(join(directory, String(index)));
          expect(planFile(state, after, mode === undefined ? {} : { mode })).toBeUndefined();
        }
      }),
    ),
  );
});
