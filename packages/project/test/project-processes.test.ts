import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectProcesses, readPackages, readProject } from "@cspace/project";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let home: string;
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cspace-project-")));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function processesOf(files: Readonly<Record<string, string | object>>): Promise<string[]> {
  for (const [path, content] of Object.entries({ "shop/.git/HEAD": "", ...files })) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  const project = await readProject(join(home, "shop"), { homedir: home, env: {} });
  return projectProcesses(project, await readPackages(project)).map(
    ({ label, command, directory, restart, port, source }) =>
      `${label}: ${command} in ${directory.slice(home.length + 1)} (${source}, ${restart}, ${port})`,
  );
}

const dev = (name?: string, script = "vite") => ({ name, scripts: { dev: script } });

test("the settings' processes are all there are", async () => {
  const processes = {
    web: { command: "npm run web", cwd: "apps/web", restart: "always", port: 4000 },
    docs: { command: "npm run docs" },
  };
  expect(await processesOf({ "shop/.cspace.json": { processes }, "shop/package.json": dev("shop") })).toEqual([
    "web: npm run web in shop/apps/web (settings, always, 4000)",
    "docs: npm run docs in shop (settings, no, null)",
  ]);
  expect(await processesOf({ "shop/.cspace.json": { processes: {} } })).toEqual([]);
});

test("without them, the dev script", async () => {
  const files = { "shop/package.json": dev("@acme/shop"), "shop/yarn.lock": "" };
  expect(await processesOf(files)).toEqual(["dev: yarn run dev in shop (script, no, null)"]);
});

test.each([
  { "shop/package.json": { name: "shop" } },
  { "shop/package.json": "{ no json" },
  { "shop/package.json": dev("shop"), "shop/compose.yaml": "services: {}" },
  { "shop/package.json": dev("shop"), "shop/.cspace.json": { container: { image: "node", ports: { 80: "dev" } } } },
])("%j has none", async (files) => expect(await processesOf(files)).toEqual([]));

describe("a monorepo has one for every package with a dev script", () => {
  const members = {
    "shop/apps/web/package.json": dev("@acme/web"),
    "shop/apps/api/package.json": dev(undefined, "node --watch ."),
    "shop/packages/lib/package.json": { name: "lib", scripts: { build: "tsc" } },
    "shop/packages/lib/node_modules/dep/package.json": dev("dep"),
    "shop/other/package.json": dev("other"),
  };
  const expected = (runner: string): string[] =>
    ["api", "web"].map((name) => `${name}: ${runner} run dev in shop/apps/${name} (script, no, null)`);

  test.each([
    ["npm", { "shop/package.json": { ...dev("shop", "turbo dev"), workspaces: ["apps/*", "./packages/*/"] } }],
    ["yarn", { "shop/package.json": { workspaces: { packages: ["apps/**", "packages/*"] } }, "shop/yarn.lock": "" }],
    ["bun", { "shop/package.json": { workspaces: ["apps/api", "apps/web"] }, "shop/bun.lock": "" }],
    [
      "pnpm",
      {
        "shop/package.json": {},
        "shop/pnpm-workspace.yaml": "packages: ['.', '**', '!other']",
        "shop/pnpm-lock.yaml": "",
      },
    ],
  ])("%s", async (runner, root) => expect(await processesOf({ ...members, ...root })).toEqual(expected(runner)));

  test("the root's own script counts when no package has one, and when the workspace cannot be read", async () => {
    const root = { "shop/package.json": dev("shop"), "shop/packages/lib/package.json": { name: "lib" } };
    const own = ["dev: npm run dev in shop (script, no, null)"];
    expect(await processesOf({ ...root, "shop/pnpm-workspace.yaml": "packages: [packages/*]" })).toEqual(own);
    for (const text of ["packages: [", "packages: apps/*", "- a", ""]) {
      expect(await processesOf({ ...root, ...members, "shop/pnpm-workspace.yaml": text })).toEqual(own);
    }
  });

  test("packages of one name are told apart by their directories", async () => {
    const files = {
      "shop/package.json": { workspaces: ["**"] },
      "shop/a/web/package.json": dev("@a/web"),
      "shop/b/web/package.json": dev("@b/web"),
      "shop/b-web/package.json": dev("@c/web"),
      "shop/c/package.json": dev("@c/"),
    };
    const labels = (await processesOf(files)).map((text) => text.split(":")[0]);
    expect(labels).toEqual(["web", "b-web", "b-web-2", "c"]);
  });
});
