import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { extractBlocks, toProgram } from "./readme-blocks.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
// Beside this file, so that the programs find the workspace's packages and Node's types.
const folder = fileURLToPath(new URL(".readme", import.meta.url));
const packages = readdirSync(join(root, "packages"));
const programs = packages
  .map((name) => ({ name, path: join(root, "packages", name, "README.md") }))
  .filter(({ path }) => existsSync(path))
  .flatMap(({ name, path }) => extractBlocks(readFileSync(path, "utf8")).map((block) => ({ name, block })))
  .map(({ name, block }) => ({
    title: `packages/${name}/README.md:${block.line}`,
    file: `${name}-${block.line}.ts`,
    block,
  }));

// The programs leave what they make where temporary files go; which is removed.
const temporary = mkdtempSync(join(tmpdir(), "cspace-readme-"));

beforeAll(() => {
  vi.stubEnv("TMPDIR", temporary);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const config = { extends: "../../../tsconfig.json", include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  for (const { file, block } of programs) writeFileSync(join(folder, file), toProgram(block));
});
afterAll(() => {
  vi.unstubAllEnvs();
  for (const path of [folder, temporary]) rmSync(path, { recursive: true, force: true });
});

test.each(packages)("packages/%s has a README whose usage is shown in code", (name) => {
  expect(programs.some(({ title }) => title.startsWith(`packages/${name}/`))).toBe(true);
});

test("every block typechecks", () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
    encoding: "utf8",
  });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});

describe("every block runs, and gives what it says", () => {
  test.each(programs)("$title", async ({ file }) => {
    await import(/* @vite-ignore */ join(folder, file));
  });
});

describe("the runner itself", () => {
  const program = (...lines: string[]): string => toProgram({ line: 10, code: lines.join("\n") });

  test("it finds ts blocks alone, with their lines", () => {
    const markdown = "# A\n\n```sh\nls\n```\n\n```ts\na;\nb;\n```\n\n```ts\nc;\n```\n";
    expect(extractBlocks(markdown)).toEqual([
      { line: 8, code: "a;\nb;" },
      { line: 13, code: "c;" },
    ]);
    expect(() => extractBlocks("```ts\na;\n")).toThrow("no end");
  });

  test("a value becomes an assertion on the same line", () => {
    expect(program("const a = 1;", "a + 1; //=> 2").split("\n").slice(0, 2)).toEqual([
      "const a = 1;",
      "assert.deepStrictEqual(a + 1, 2);",
    ]);
  });

  test.each(["const a = 1; //=> 1", "  a; //=> 1", "a //=> 1", "a; //=>", "}); //=> 1"])("%s is refused", (line) => {
    expect(() => program("", line)).toThrow("line 11");
  });

  test("a wrong value is found", async () => {
    const file = join(folder, "wrong.ts");
    writeFileSync(file, program("1 + 1; //=> 3"));
    await expect(import(/* @vite-ignore */ file)).rejects.toThrow("strictly");
  });
});
