import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exitCodeOf, exitKinds } from "../../apps/cli/src/exit-code.ts";
import { rooms } from "../arrows.mjs";
import { readErrorCodes } from "./error-codes.ts";

const packages = readErrorCodes();
const rows = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| `CSPACE_"))
  .map((line) => {
    const [code = "", names = "", exit = "", when = "", what = ""] = line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim());
    return { code: code.replaceAll("`", ""), names: names.split(", "), exit: Number(exit), when, what };
  });

test("the table has every code of every union under the packages that have it, and no other", () => {
  const wanted = packages.flatMap(({ name, union }) => union.map((code) => `${code} ${name}`)).sort();
  const written = rows.flatMap(({ code, names }) => names.map((name) => `${code} ${name}`)).sort();
  expect(written).toEqual(wanted);
  expect(new Set(rows.map(({ code }) => code)).size).toBe(rows.length);
});

test("every row says when it comes and what to do", () => {
  expect(rows.filter(({ when, what }) => when === "" || what === "")).toEqual([]);
});

test.each(packages)(
  "$name throws only codes of its union or of another's, and all of its own",
  ({ name, union, used }) => {
    const known = packages.flatMap((one) => one.union);
    expect(used.filter((code) => !known.includes(code))).toEqual([]);
    expect(union.filter((code) => !used.includes(code))).toEqual([]);
    // One that does not know the error class throws nothing.
    const throws = rooms[`@cspace/${name}`]?.uses.includes("@cspace/errors") === true || name === "cli";
    expect(union.length > 0, name).toBe(throws);
  },
);

test("every code has an exit code on purpose, the one in the table", () => {
  expect(Object.keys(exitKinds).sort()).toEqual([...new Set(rows.map(({ code }) => code))].sort());
  expect(rows.filter(({ code, exit }) => exitCodeOf(code) !== exit)).toEqual([]);
});

test("a code that nobody knows is a failure", () => {
  expect(exitCodeOf("CSPACE_FROM_ELSEWHERE")).toBe(1);
  expect(exitCodeOf("toString")).toBe(1);
});
