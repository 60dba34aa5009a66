import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rooms } from "../arrows.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
let workspace: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "cspace-arrows-"));
});
afterEach(() => rmSync(workspace, { recursive: true }));

function check(files: Record<string, string | object>, where: string = workspace): string[] {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(where, path)), { recursive: true });
    writeFileSync(join(where, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  const script = join(root, "scripts/check-arrows.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, where], { encoding: "utf8" });
  expect(stderr).toBe("");
  const issues = stdout.split("\n").filter((line) => line !== "");
  expect(status).toBe(issues.length === 0 ? 0 : 1);
  return issues;
}

const manifest = (name: string, dependencies: Record<string, string> = {}) => ({
  name: `@cspace/${name}`,
  dependencies,
});

test("this workspace keeps to its arrows, and every package of it has a room", () => {
  expect(check({}, root)).toEqual([]);
  const folders = Object.values(rooms).map((room) => room.folder);
  for (const name of readdirSync(join(root, "packages"))) expect(folders).toContain(`packages/${name}`);
});

test("no arrow goes in a circle", () => {
  const visit = (name: string, above: readonly string[]): void => {
    expect(above, [...above, name].join(" -> ")).not.toContain(name);
    for (const next of rooms[name]?.uses ?? []) visit(next, [...above, name]);
  };
  for (const name of Object.keys(rooms)) visit(name, []);
});

test("a dependency against the arrows is found in package.json, also among those for development", () => {
  const data = { name: "@cspace/ports", devDependencies: { "@cspace/compose": "workspace:^", vitest: "1" } };
  expect(check({ "packages/ports/package.json": data })).toEqual([
    "packages/ports/package.json: no arrow goes from @cspace/ports to @cspace/compose",
  ]);
});

test("a pure package has no dependency outside and takes only what it may of Node", () => {
  const files = {
    "packages/labels/package.json": manifest("labels", { yaml: "2", "@cspace/errors": "1" }),
    "packages/labels/src/index.ts": 'import { readFileSync } from "node:fs";\nexport * from "./a.ts";\n',
    "packages/labels/test/a.test.ts": 'import { test } from "vitest";\nimport { readFileSync } from "node:fs";\n',
  };
  expect(check(files)).toEqual([
    "packages/labels/package.json: @cspace/labels is pure, but depends on yaml",
    "packages/labels/src/index.ts: @cspace/labels is pure, but imports node:fs",
  ]);
});

test.each([
  ['import { a } from "@cspace/cli";', "no arrow goes from @cspace/ports to @cspace/cli"],
  ['export type { A } from "@cspace/cli";', "no arrow goes from @cspace/ports to @cspace/cli"],
  ['const a = await import("@cspace/cli");', "no arrow goes from @cspace/ports to @cspace/cli"],
  ['import "@cspace/cli";', "no arrow goes from @cspace/ports to @cspace/cli"],
  ['import {\n  a,\n  b,\n} from "@cspace/errors";', "@cspace/errors is not in packages/ports/package.json"],
  ['import { a } from "@cspace/ports";', "@cspace/ports imports itself by its name"],
  [
    'import { a } from "../../../errors/src/index.ts";',
    "../../../errors/src/index.ts reaches into another package; import it by its name",
  ],
  ['console.error("x");', "console.error: @cspace/ports does not print, prompt or exit here"],
  ["process.exit(1);", "process.exit: @cspace/ports does not print, prompt or exit here"],
  ["process.stdout.write(text);", "process.stdout: @cspace/ports does not print, prompt or exit here"],
  [
    'import { createInterface } from "node:readline/promises";',
    "node:readline: @cspace/ports does not print, prompt or exit here",
  ],
])("%s is found in a library", (code, issue) => {
  const files = { "packages/ports/package.json": manifest("ports"), "packages/ports/src/deep/a.ts": `${code}\n` };
  const found = check(files);
  expect(found).toEqual([`packages/ports/src/deep/a.ts: ${issue}`]);
});

test("a path into another package is found", () => {
  const files = {
    "packages/ports/package.json": manifest("ports", { "@cspace/errors": "1" }),
    "packages/ports/src/a.ts": 'import { a } from "@cspace/errors/src/index.ts";\n',
  };
  expect(check(files)).toEqual([
    "packages/ports/src/a.ts: @cspace/errors/src/index.ts is inside @cspace/errors; import @cspace/errors",
  ]);
});

test("what stands in comments, and what a test does, is not judged as source", () => {
  const files = {
    "packages/ports/package.json": manifest("ports", { "@cspace/errors": "1" }),
    "packages/ports/src/a.ts": [
      '/**\n * ```ts\n * import { a } from "@cspace/cli";\n * console.log(a);\n * ```\n */',
      '// process.exit(1)\nimport { CspaceError } from "@cspace/errors";\nimport { x } from "./b.ts";\n',
    ].join("\n"),
    "packages/ports/test/a.test.ts": 'import { a } from "@cspace/ports";\nconsole.log(a);\n',
  };
  expect(check(files)).toEqual([]);
});

test("in the command line only main touches the process", () => {
  const files = {
    "apps/cli/package.json": manifest("cli"),
    "apps/cli/src/main.ts": "process.stdout.write(text);\n",
    "apps/cli/src/commands/up.ts": "process.stdout.write(text);\n",
  };
  expect(check(files)).toEqual([
    "apps/cli/src/commands/up.ts: process.stdout: @cspace/cli does not print, prompt or exit here",
  ]);
});

test("a package without a room is found", () => {
  expect(check({ "packages/extra/package.json": manifest("extra") })).toEqual([
    "packages/extra: it has no room in scripts/arrows.mjs",
  ]);
});
