import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readDevScript, readProject } from "@cspace/project";
import { afterEach, beforeEach, expect, test } from "vitest";

let home: string;
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cspace-project-")));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function runnerOf(files: Readonly<Record<string, string>>, folder = "shop"): Promise<string | null> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
  return await readDevScript(await readProject(join(home, folder), { homedir: home, env: {} }));
}

const manifest = '{ "scripts": { "dev": "vite" } }';

test.each([
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
  ["readme", "npm"],
])("%s: %s", async (lockfile, runner) => {
  expect(await runnerOf({ "shop/package.json": manifest, [`shop/${lockfile}`]: "" })).toBe(runner);
});

test("what the manifest names goes before a lockfile", async () => {
  const named = '{ "packageManager": "yarn@4.9.1", "scripts": { "dev": "vite" } }';
  expect(await runnerOf({ "shop/package.json": named, "shop/package-lock.json": "" })).toBe("yarn");
});

test("the lockfile of the workspace counts, up to the root of the work tree and no further", async () => {
  const files = { "mono/.git/HEAD": "", "mono/apps/shop/package.json": manifest, "pnpm-lock.yaml": "" };
  expect(await runnerOf(files, "mono/apps/shop")).toBe("npm");
  expect(await runnerOf({ "mono/yarn.lock": "" }, "mono/apps/shop")).toBe("yarn");
});

test("without git only the project's own directory counts", async () => {
  expect(await runnerOf({ "shop/package.json": manifest, "yarn.lock": "" })).toBe("npm");
});

test.each(["{}", '{ "scripts": { "start": "node ." } }', '{ "scripts": { "dev": " " } }', "{ dev", "[]", "null"])(
  "%s has no dev script",
  async (text) => {
    expect(await runnerOf({ "shop/package.json": text, "shop/.cspace.json": "{}" })).toBeNull();
  },
);

test("no manifest has none", async () => {
  expect(await runnerOf({ "shop/compose.yaml": "" })).toBeNull();
});
