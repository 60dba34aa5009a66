import { writeFileSync } from "node:fs";
import { chmod, mkdir, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  applyPlan,
  buildPlan,
  diskExecutors,
  type Plan,
  type PlanStep,
  planDirectory,
  planFile,
  readDirectoryState,
  readFileState,
  type StepEvent,
  type StepExecutor,
  undoPlan,
} from "@cspace/plan";
import { describe, expect, test } from "vitest";
import { readTree, temporaryDirectory } from "./temporary-directory.ts";

const isWindows = process.platform === "win32";

/** What `directory` will hold: files by name, `null` for none. */
async function planTree(directory: string, tree: Record<string, string | null>): Promise<Plan> {
  const steps = Object.entries(tree).map(async ([name, content]) =>
    planFile(await readFileState(join(directory, name)), content),
  );
  return buildPlan(await Promise.all(steps));
}

function recorder(): { events: string[]; onStep: (event: StepEvent) => void } {
  const events: string[] = [];
  return { events, onStep: ({ step, outcome }) => events.push(`${outcome} ${step.path.split("/").at(-1)}`) };
}

test("it creates, changes and removes, in order, and back", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "changed"), "old");
  await writeFile(join(directory, "removed"), "old");
  const before = await readTree(directory);
  const plan = await planTree(directory, { created: "new", changed: "new", removed: null });
  const { events, onStep } = recorder();

  const applied = await applyPlan(plan, { onStep });
  expect(await readTree(directory)).toEqual({ changed: "new", created: "new" });
  expect(events).toEqual(["done created", "done changed", "done removed"]);

  await undoPlan(JSON.parse(JSON.stringify(applied)), { onStep });
  expect(await readTree(directory)).toEqual(before);
  expect(events.slice(3)).toEqual(["done removed", "done changed", "done created"]);
});

test("a directory and a file in it, and back", async () => {
  const directory = await temporaryDirectory();
  const inner = join(directory, "d");
  const plan = buildPlan([
    planDirectory(await readDirectoryState(inner), { mode: 0o700 }),
    planFile(await readFileState(join(inner, "a")), "1", { mode: 0o600 }),
  ]);
  const applied = await applyPlan(plan);
  expect(await readTree(directory)).toEqual({ d: null, "d/a": "1" });
  if (!isWindows) expect((await stat(inner)).mode & 0o777).toBe(0o700);
  await undoPlan(applied);
  expect(await readTree(directory)).toEqual({});
});

test("undo leaves a directory that somebody put something into", async () => {
  const directory = await temporaryDirectory();
  const applied = await applyPlan(buildPlan([planDirectory(await readDirectoryState(join(directory, "d")))]));
  await writeFile(join(directory, "d/foreign"), "x");
  await undoPlan(applied);
  expect(await readTree(directory)).toEqual({ d: null, "d/foreign": "x" });
});

test.skipIf(isWindows)("a mode is set, and put back with the content", async () => {
  const path = join(await temporaryDirectory(), "a");
  await writeFile(path, "1");
  await chmod(path, 0o604);
  const mode = async () => (await stat(path)).mode & 0o777;
  const onlyMode = await applyPlan(buildPlan([planFile(await readFileState(path), "1", { mode: 0o600 })]));
  expect(await mode()).toBe(0o600);
  await undoPlan(onlyMode);
  expect(await mode()).toBe(0o604);
  const removal = await applyPlan(buildPlan([planFile(await readFileState(path), null)]));
  await undoPlan(removal);
  expect(await mode()).toBe(0o604);
});

test.skipIf(isWindows)("a symbolic link stays; one that leads elsewhere now is stale", async () => {
  const directory = await temporaryDirectory();
  const link = join(directory, "link");
  await writeFile(join(directory, "one"), "1");
  await symlink("one", link);
  const plan = buildPlan([planFile(await readFileState(link), "2")]);
  const applied = await applyPlan(plan);
  expect(await readlink(link)).toBe("one");
  expect(await readTree(directory)).toMatchObject({ one: "2" });
  await undoPlan(applied);

  await writeFile(join(directory, "two"), "1");
  await rm(link);
  await symlink("two", link);
  await expect(applyPlan(plan)).rejects.toMatchObject({ code: "CSPACE_PLAN_STALE" });
  expect(await readTree(directory)).toMatchObject({ one: "1", two: "1" });
});

describe("stale plans", () => {
  test("a change of any file is seen before the first write", async () => {
    const directory = await temporaryDirectory();
    const plan = await planTree(directory, { a: "1", b: "1" });
    await writeFile(join(directory, "b"), "foreign");
    await expect(applyPlan(plan)).rejects.toMatchObject({
      code: "CSPACE_PLAN_STALE",
      message: `${join(directory, "b")} changed after the plan was made`,
    });
    expect(await readTree(directory)).toEqual({ b: "foreign" });
  });

  test("a change while the plan is applied undoes the steps before it", async () => {
    const directory = await temporaryDirectory();
    const plan = await planTree(directory, { a: "1", b: "1" });
    const onStep = ({ outcome }: StepEvent) => {
      if (outcome === "done") writeFileSync(join(directory, "b"), "foreign");
    };
    await expect(applyPlan(plan, { onStep })).rejects.toMatchObject({ code: "CSPACE_PLAN_STALE" });
    expect(await readTree(directory)).toEqual({ b: "foreign" });
  });

  test("undo refuses to overwrite what was changed since", async () => {
    const directory = await temporaryDirectory();
    const applied = await applyPlan(await planTree(directory, { a: "1", b: "1" }));
    await writeFile(join(directory, "a"), "foreign");
    await expect(undoPlan(applied)).rejects.toMatchObject({ code: "CSPACE_PLAN_STALE" });
    expect(await readTree(directory)).toEqual({ a: "foreign", b: "1" });
  });
});

describe("failures", () => {
  test("a missing directory: the steps before it are undone", async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "a"), "old");
    const plan = await planTree(directory, { a: "new", "no/b": "1" });
    const { events, onStep } = recorder();
    await expect(applyPlan(plan, { onStep })).rejects.toMatchObject({
      code: "CSPACE_PLAN_FAILED",
      message: `cannot write ${join(directory, "no/b")}: its directory does not exist; nothing is changed`,
      hint: "create the directory first",
      cause: { code: "CSPACE_WRITE_FAILED" },
    });
    expect(await readTree(directory)).toEqual({ a: "old" });
    expect(events).toEqual(["done a", "undone a"]);
  });

  test("an abort between two steps undoes the first", async () => {
    const directory = await temporaryDirectory();
    const controller = new AbortController();
    const reason = new Error("stopped by the user");
    const plan = await planTree(directory, { a: "1", b: "1" });
    const onStep = ({ outcome }: StepEvent) => {
      if (outcome === "done") controller.abort(reason);
    };
    await expect(applyPlan(plan, { onStep, signal: controller.signal })).rejects.toMatchObject({
      code: "CSPACE_PLAN_FAILED",
      cause: reason,
    });
    expect(await readTree(directory)).toEqual({});
  });

  test("a run that was killed is finished by the same plan", async () => {
    const directory = await temporaryDirectory();
    const plan = await planTree(directory, { a: "1", b: "1" });
    await writeFile(join(directory, "a"), "1");
    const { events, onStep } = recorder();
    const applied = await applyPlan(plan, { onStep });
    expect(events).toEqual(["unchanged a", "done b"]);
    expect(applied.undo.steps.map(({ path }) => path)).toEqual([join(directory, "b")]);
  });

  /** Writes `written` without care, then fails. */
  const failing = (written: (step: PlanStep) => string): StepExecutor => ({
    read: diskExecutors.file.read,
    apply: async (step) => {
      await writeFile(step.path, written(step));
      throw new Error("power cut");
    },
  });

  test("a step that is made and fails all the same is undone too", async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "b"), "old");
    const plan = await planTree(directory, { a: "1", b: "new" });
    const steps = plan.steps.map((step) => ({ ...step, needsRoot: step.path.endsWith("b") }));
    let isFirst = true;
    const once: StepExecutor = {
      read: diskExecutors.file.read,
      apply: (step) => {
        const { apply } = isFirst ? failing(({ after }) => after ?? "") : diskExecutors.file;
        isFirst = false;
        return apply(step);
      },
    };
    await expect(applyPlan({ version: 1, steps }, { executors: { file: once } })).rejects.toMatchObject({
      code: "CSPACE_PLAN_FAILED",
      message: `${join(directory, "b")}: power cut; nothing is changed`,
    });
    expect(await readTree(directory)).toEqual({ b: "old" });
  });

  test("what cannot be put back is named, and the rest is put back", async () => {
    const directory = await temporaryDirectory();
    const plan = await planTree(directory, { a: "1", b: "new" });
    const steps = plan.steps.map((step) => ({ ...step, needsRoot: step.path.endsWith("b") }));
    const executors = { file: failing(() => "half") };
    const path = join(directory, "b");
    await expect(applyPlan({ version: 1, steps }, { executors })).rejects.toMatchObject({
      code: "CSPACE_PLAN_FAILED",
      message: `${path}: power cut; these could not be put back: ${path}`,
      hint: `look at ${path} before you try again`,
    });
    expect(await readTree(directory)).toEqual({ b: "half" });
  });
});

describe("executors", () => {
  const step: PlanStep = {
    kind: "network",
    path: "docker:network/n",
    before: null,
    after: "internal",
    needsRoot: false,
  };

  function fakeEngine(): { networks: Map<string, string>; executor: StepExecutor } {
    const networks = new Map<string, string>();
    const executor: StepExecutor = {
      read: async ({ path }) => ({ content: networks.get(path) ?? null }),
      apply: async ({ path, after }) => {
        if (after === null) networks.delete(path);
        else networks.set(path, after);
      },
    };
    return { networks, executor };
  }

  test("another kind is made, undone and rolled back by its own", async () => {
    const { networks, executor } = fakeEngine();
    const executors = { network: executor };
    const applied = await applyPlan(buildPlan([step]), { executors });
    expect([...networks]).toEqual([["docker:network/n", "internal"]]);
    await undoPlan(applied, { executors });
    expect(networks.size).toBe(0);

    const directory = await temporaryDirectory();
    const failing = buildPlan([step, planFile(await readFileState(join(directory, "no/a")), "1")]);
    await expect(applyPlan(failing, { executors })).rejects.toMatchObject({ code: "CSPACE_PLAN_FAILED" });
    expect(networks.size).toBe(0);
  });

  test.each(["network", "constructor"])(
    "a kind that nobody makes is refused before the first write: %s",
    async (kind) => {
      const directory = await temporaryDirectory();
      const plan = await planTree(directory, { a: "1" });
      await expect(applyPlan({ ...plan, steps: [...plan.steps, { ...step, kind }] })).rejects.toMatchObject({
        code: "CSPACE_PLAN_UNSUPPORTED",
      });
      expect(await readTree(directory)).toEqual({});
    },
  );

  test("a step that needs root is refused before the first write, unless somebody is there for it", async () => {
    const directory = await temporaryDirectory();
    const plan = await planTree(directory, { a: "1", b: "1" });
    const steps = plan.steps.map((one) => ({ ...one, needsRoot: one.path.endsWith("b") }));
    await expect(applyPlan({ version: 1, steps })).rejects.toMatchObject({
      code: "CSPACE_PLAN_NEEDS_ROOT",
      message: `changing ${join(directory, "b")} needs root`,
    });
    expect(await readTree(directory)).toEqual({});

    const elevated: string[] = [];
    const { read, apply } = diskExecutors.file;
    const sudo: StepExecutor = {
      read,
      apply: (one) => {
        elevated.push(`${one.kind} ${one.path.split("/").at(-1)}`);
        return apply(one);
      },
    };
    const applied = await applyPlan({ version: 1, steps }, { executors: { file: sudo } });
    await undoPlan(applied, { executors: { file: sudo } });
    expect(elevated).toEqual(["file b", "remove b"]);
    expect(await readTree(directory)).toEqual({});
  });

  test("a plan of another version is refused", async () => {
    await expect(applyPlan({ version: 2, steps: [] } as never)).rejects.toMatchObject({
      code: "CSPACE_PLAN_UNSUPPORTED",
    });
  });
});

test("an unreadable file stops the plan before the first write", async () => {
  const directory = await temporaryDirectory();
  const plan = await planTree(directory, { a: "1", b: "1" });
  await mkdir(join(directory, "b"));
  await expect(applyPlan(plan)).rejects.toMatchObject({ code: "CSPACE_FILE_UNREADABLE" });
  expect(await readTree(directory)).toEqual({ b: null });
});
