import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readScripts } from "@cspace/processes";
import { expect, onTestFinished, test } from "vitest";

function folderOf(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), "cspace-scripts-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [file, content] of Object.entries(files)) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

const web = { name: "@shop/web", scripts: { dev: "vite" } };

test("those of the package, and no other file is read for them", async () => {
  const folder = folderOf({
    "package.json": { scripts: { dev: "vite", odd: 1 }, workspaces: ["apps/*"] },
    "deno.json": { tasks: { dev: { command: "next dev" }, docs: "astro dev" } },
    "apps/web/package.json": web,
  });
  expect(await readScripts(folder, "npm run dev")).toEqual({ scripts: { dev: "next dev", docs: "astro dev" } });
  expect(await readScripts(join(folder, "none"), "npm run dev")).toEqual({ scripts: {} });
});

test.each([
  ["of npm", { "package.json": { workspaces: ["apps/*"] } }],
  ["of yarn", { "package.json": { workspaces: { packages: ["./apps/*"] } } }],
  ["of pnpm", { "package.json": {}, "pnpm-workspace.yaml": "packages:\n  - apps/*\n" }],
])("those of a workspace %s, where a command goes to one, also from within", async (_, files) => {
  const folder = folderOf({ ...files, "apps/web/package.json": web, "apps/api/package.json": "{" });
  const found = await readScripts(folder, "npm run dev -w web");
  expect(found.packages).toEqual([
    { name: "", folder: "apps/api", scripts: {} },
    { name: "@shop/web", folder: "apps/web", scripts: { dev: "vite" } },
  ]);
  const inner = await readScripts(join(folder, "apps/api"), "pnpm --filter web dev");
  expect(inner.packages?.map((one) => one.folder)).toEqual(["", "../web"]);
});

test("those of a folder that a command or a script names, and of a script that goes there", async () => {
  const folder = folderOf({
    "package.json": { scripts: { dev: "npm --prefix=web run dev", other: "pnpm -C ./api dev" } },
    "web/package.json": web,
  });
  const { packages } = await readScripts(folder, "npm run dev");
  expect(packages).toEqual([
    { name: "@shop/web", folder: "web", scripts: { dev: "vite" } },
    { name: "", folder: "api", scripts: {} },
  ]);
});
