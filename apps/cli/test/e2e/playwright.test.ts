import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askDaemon } from "./ask-daemon.ts";
import { createSandbox, engineAnswers, get, prefix, removeLeftovers, until } from "./harness.ts";

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
const packages = resolve(import.meta.dirname, "../../../../packages");

const server = `
const { readFileSync } = require("node:fs");
const word = readFileSync("word.txt", "utf8").trim();
require("node:http").createServer((request, response) => {
  response.setHeader("content-type", "text/html");
  response.end("<title>" + word + "</title><h1>" + word + "</h1>");
}).listen(Number(process.env.PORT), process.env.HOST);
`;

// Of the library, as a project that has it installed writes it.
const library = ["@cspace", "playwright"].join("/");
const spec = `
import { readFileSync } from "node:fs";
import { expect, test } from "${library}";

const word = readFileSync("word.txt", "utf8").trim();
for (const number of [1, 2, 3, 4]) {
  test("the page is this directory's own, " + number, async ({ page, request, cspace, baseURL }) => {
    await page.goto("/");
    await expect(page).toHaveTitle(word);
    expect(await (await request.get("/")).text()).toContain(word);
    expect(cspace.directory).toBe(process.cwd());
    expect([baseURL, cspace.urls.dev]).toEqual([cspace.url, cspace.url]);
  });
}
`;

const config = `
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testMatch: "*.spec.mjs",
  fullyParallel: true,
  workers: 2,
  reporter: "json",
  use: {
    launchOptions: { executablePath: ${JSON.stringify(chromium)}, args: ${JSON.stringify(process.getuid?.() === 0 ? ["--no-sandbox"] : [])} },
  },
});
`;

interface Report {
  readonly stats: { readonly expected: number; readonly unexpected: number };
  readonly text: string;
}

describe.skipIf(chromium === undefined)("a real Playwright run with Chromium", () => {
  const sandbox = createSandbox();
  const name = `${prefix}playwright`;
  let main: string;
  let feature: string;

  const run = (cwd: string, env: Record<string, string> = {}): Promise<Report> =>
    new Promise((done, fail) => {
      const program = join(packages, "playwright/node_modules/@playwright/test/cli.js");
      const own: NodeJS.ProcessEnv = { ...process.env, CSPACE_HOME: sandbox.home, ...env };
      for (const key of Object.keys(own)) if (/^(VITEST|TEST_WORKER|NODE_OPTIONS|NODE_ENV)/.test(key)) delete own[key];
      const child = spawn(process.execPath, [program, "test"], { cwd, env: own, timeout: 110_000 });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
      }
      child.once("error", fail);
      child.once("close", () => {
        const report = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
        try {
          done({ ...(JSON.parse(report) as Omit<Report, "text">), text });
        } catch {
          fail(new Error(text));
        }
      });
    });

  beforeAll(() => {
    if (engineAnswers) removeLeftovers();
    main = sandbox.project(name, {
      ".cspace.json": JSON.stringify({ project: name, processes: { dev: { command: "node server.cjs" } } }),
      ".gitignore": "node_modules\ntest-results\n",
      "server.cjs": server,
      "smoke.spec.mjs": spec,
      "playwright.config.mjs": config,
      "word.txt": "main",
    });
    const git = (...args: string[]): unknown => execFileSync("git", args, { cwd: main, stdio: "ignore" });
    git("init", "-q", "-b", "main");
    git("add", ".");
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one");
    feature = join(sandbox.root, "feature");
    git("worktree", "add", "-q", feature, "-b", "feature");
    writeFileSync(join(feature, "word.txt"), "feature");
    for (const folder of [main, feature]) {
      mkdirSync(join(folder, "node_modules/@cspace"), { recursive: true });
      mkdirSync(join(folder, "node_modules/@playwright"));
      symlinkSync(join(packages, "playwright"), join(folder, "node_modules", library));
      symlinkSync(
        join(packages, "playwright/node_modules/@playwright/test"),
        join(folder, "node_modules/@playwright/test"),
      );
    }
  });
  afterAll(async () => {
    await askDaemon(sandbox.home, "POST", "/stop");
    if (engineAnswers) await sandbox.clean();
  });

  test("in two worktrees at once: each is started, and each is shown its own page and no other", async () => {
    const reports = await Promise.all([run(main), run(feature)]);
    const told = reports.map(({ text }) => text).join("\n");
    expect(
      reports.map(({ stats }) => [stats.expected, stats.unexpected]),
      told,
    ).toEqual([
      [4, 0],
      [4, 0],
    ]);
    const { instances } = await sandbox.json<{ instances: { directory: string; state: string }[] }>(main, "list");
    expect(instances.map(({ directory, state }) => [directory, state]).sort()).toEqual([
      [main, "running"],
      [feature, "running"],
    ]);
  });

  test("a server that is older than the code fails the run, with the reason and what to type", async () => {
    const later = new Date(Date.now() + 1000);
    utimesSync(join(main, "server.cjs"), later, later);
    const report = await run(main);
    expect(report.stats.expected).toBe(0);
    expect(report.text).toContain("started before server.cjs changed, and this server does not reload");
    expect(report.text).toContain("cspace restart --instance");
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await sandbox.json(main, "restart");
    expect((await run(main)).stats).toMatchObject({ expected: 4, unexpected: 0 });
  });

  test("without Docker, as in CI, it runs the same", async () => {
    await sandbox.json(main, "down", "--all");
    await until(15_000, async () => (await askDaemon(sandbox.home, "GET", "/status")) === undefined);
    const nowhere = {
      DOCKER_HOST: `unix://${join(sandbox.root, "no.sock")}`,
      CSPACE_HOME: join(sandbox.root, "other-home"),
    };
    mkdirSync(nowhere.CSPACE_HOME);
    try {
      expect((await run(feature, nowhere)).stats).toMatchObject({ expected: 4, unexpected: 0 });
      // The page is there as well, on the gateway alone: of a daemon that the library has started, which had none.
      const shown = await sandbox.cspaceWith(nowhere, feature, "page");
      const { port, hostname } = new URL(shown.out.trim());
      const page = await get(Number(port) || 80, hostname);
      expect([page.status, page.body.includes("feature")]).toEqual([200, true]);
    } finally {
      await sandbox.cspaceWith(nowhere, feature, "down");
      await askDaemon(nowhere.CSPACE_HOME, "POST", "/stop");
      rmSync(nowhere.CSPACE_HOME, { recursive: true, force: true, maxRetries: 20 });
    }
    expect(readFileSync(join(feature, "word.txt"), "utf8")).toBe("feature");
  });
});
