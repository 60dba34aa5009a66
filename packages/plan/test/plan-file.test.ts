import { type FileState, planDirectory, planFile } from "@cspace/plan";
import { expect, test } from "vitest";

const owner = { uid: 1, gid: 1 };
const missing: FileState = { kind: "missing", path: "/a", target: "/a" };
const present: FileState = { kind: "file", path: "/a", target: "/a", content: "x", mode: 0o644, owner };

test("create, change, remove", () => {
  const step = { path: "/a", needsRoot: false };
  expect(planFile(missing, "x")).toEqual({ ...step, kind: "file", before: null, after: "x" });
  expect(planFile(present, "y")).toEqual({ ...step, kind: "file", before: "x", after: "y" });
  expect(planFile(present, null)).toEqual({ ...step, kind: "remove", before: "x", after: null });
  expect(planFile(missing, "")).toEqual({ ...step, kind: "file", before: null, after: "" });
});

test("nothing to change is no step", () => {
  expect(planFile(present, "x")).toBeUndefined();
  expect(planFile(present, "x", { mode: 0o644 })).toBeUndefined();
  expect(planFile(missing, null, { mode: 0o600 })).toBeUndefined();
});

test("another mode is a change", () => {
  expect(planFile(present, "x", { mode: 0o600, needsRoot: true })).toEqual({
    kind: "file",
    path: "/a",
    before: "x",
    after: "x",
    needsRoot: true,
    mode: 0o600,
  });
});

test("the target of a link is kept", () => {
  expect(planFile({ ...present, target: "/b" }, "y")).toMatchObject({ path: "/a", target: "/b" });
});

test("a directory is made or gets its mode, else left alone", () => {
  const step = { kind: "directory", path: "/d", after: "", needsRoot: false };
  const directory = { kind: "directory", path: "/d", mode: 0o755, owner } as const;
  expect(planDirectory({ kind: "missing", path: "/d" })).toEqual({ ...step, before: null });
  expect(planDirectory(directory, { mode: 0o700 })).toEqual({ ...step, before: "", mode: 0o700 });
  expect(planDirectory(directory)).toBeUndefined();
  expect(planDirectory(directory, { mode: 0o755 })).toBeUndefined();
});
