import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findChange, isServed } from "../../src/verify/find-change.ts";

const since = Date.UTC(2026, 0, 1);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cspace-change-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, secondsLater: number): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "");
  utimesSync(file, new Date(since), new Date(since + secondsLater * 1000));
}

test.each([
  ["src/server.ts", true],
  ["public/logo.png", true],
  ["package.json", true],
  [".env", true],
  ["README.md", false],
  ["docs/guide.mdx", false],
  ["src/server.test.ts", false],
  ["test/server.ts", false],
  ["packages/a/__tests__/a.ts", false],
  [".github/workflows/ci.yml", false],
  ["compose.yaml", false],
  ["docker-compose.override.yml", false],
  ["Dockerfile", false],
  [".cspace.json", false],
  [".gitignore", false],
  [".mcp.json", false],
  ["apps/web/.eslintrc.json", false],
  ["apps/web/.env.local", true],
  ["LICENSE", false],
  ["latest/contest.ts", true],
])("whether a server may serve %s", (path, served) => {
  expect(isServed(path)).toBe(served);
});

test.each([true, false])(
  "the last change after a moment is found, and installed packages are nobody's (git: %s)",
  async (hasGit) => {
    if (hasGit) execFileSync("git", ["init", "-q"], { cwd: folder });
    write(".gitignore", 0);
    writeFileSync(join(folder, ".gitignore"), "node_modules\n.env\n");
    write("server.js", -10);
    write("src/old.ts", -5);
    write("node_modules/a/index.js", 50);
    write("README.md", 60);
    expect(await findChange(folder, since)).toBeNull();
    write("src/new.ts", 10);
    write("src/newest.ts", 20);
    expect(await findChange(folder, since)).toMatchObject({ path: "src/newest.ts" });
    // What is kept out of the repository is read at the start all the same.
    write(".env", 30);
    expect(await findChange(folder, since)).toMatchObject({ path: ".env" });
  },
);

test("a folder is looked at by itself, also below the root of its repository", async () => {
  execFileSync("git", ["init", "-q"], { cwd: folder });
  write("apps/web/index.ts", -5);
  write("apps/api/index.ts", 5);
  expect(await findChange(join(folder, "apps/web"), since)).toBeNull();
  expect(await findChange(join(folder, "apps/api"), since)).toMatchObject({ path: "index.ts" });
});
