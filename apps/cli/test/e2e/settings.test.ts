import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, get, httpService, removeLeftovers } from "./harness.ts";

describe.skipIf(!engineAnswers)("project settings (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  test("every mistake of `.cspace.json` at once, with its path and line, the nearest key, exit 2; nothing is started", async () => {
    const folder = sandbox.project("e2e-mistakes", {
      "compose.yaml": `services:\n${httpService("app", [3000])}`,
      ".cspace.json": `{
  // comments and trailing commas are fine
  "projcet": "e2e-mistakes",
  "routes": {
    "Dev": { "service": "app", "port": 3000 },
    "preview": { "service": "app", "port": 70000 },
    "api": { "servce": "app", "port": "3000" },
    "docs": { "process": "dcos" },
  },
  "container": { "image": "", "ports": { "web": "api" } },
  "processes": { "docs": { "command": "npm run docs" } },
}
`,
    });
    const refused = await sandbox.cspace(folder, "up");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("(CSPACE_SETTINGS_INVALID)");
    const mistakes = [
      [3, "projcet", /did you mean "project"\?/],
      [5, "routes.Dev", /write "dev"/],
      [6, "routes.preview.port", /from 1 to 65535.*70000/],
      [7, "routes.api.servce", /did you mean "service"\?/],
      [7, "routes.api.port", /"3000"/],
      [8, "routes.docs.process", /did you mean "docs"\?/],
      [10, "container.image", /non-empty/],
      [10, "container.ports.web", /a port/],
      [10, "container.ports.web", /claims the label "api", which routes\.api has/],
    ] as const;
    const lines = refused.err.split("\n").filter((line) => /\.cspace\.json:\d+/.test(line));
    for (const [line, path, words] of mistakes) {
      const found = lines.filter(
        (text) => text.includes(`.cspace.json:${line}:`) && text.includes(path) && words.test(text),
      );
      expect([path, found]).toEqual([path, [expect.anything()]]);
    }
    expect(lines).toHaveLength(mistakes.length);
    expect(docker("ps", "-aq", "--filter", "name=^/e2e-mistakes")).toBe("");
    for (const args of [["list"], ["url", "dev"], ["down"]])
      expect((await sandbox.cspace(folder, ...args)).code).toBe(2);
  });

  test("a file that is no JSON is told by its line", async () => {
    const folder = sandbox.project("e2e-broken", {
      "compose.yaml": `services:\n${httpService("app", [3000])}`,
      ".cspace.json": '{\n  "project": "e2e-broken"\n  "routes": {}\n}\n',
    });
    const refused = await sandbox.cspace(folder, "up");
    expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/\.cspace\.json:3:\d+.*lacks a ","/)]);
  });

  test("a service that the compose file does not have is told with those that it has; the route of a service is its own", async () => {
    const folder = sandbox.project("e2e-unknown", {
      "compose.yaml": `services:\n${httpService("app", [3000])}${httpService("worker", [4000])}`,
      ".cspace.json":
        '{\n  "routes": {\n    "dev": { "service": "ap", "port": 3000 },\n    "x": { "service": "nothing", "port": 1 }\n  }\n}\n',
    });
    const refused = await sandbox.cspace(folder, "up");
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/\.cspace\.json:3:\d+.*routes\.dev\.service.*"ap".*did you mean "app"\?.*app, worker/);
    expect(refused.err).toMatch(/\.cspace\.json:4:\d+.*routes\.x\.service.*"nothing".*app, worker/);
    expect(docker("ps", "-aq", "--filter", "name=^/e2e-unknown")).toBe("");

    // A container may listen on a port that no file mentions.
    writeFileSync(
      join(folder, ".cspace.json"),
      '{ "routes": { "dev": { "service": "app", "port": 3000, "env": ["VITE_URL"] } } }',
    );
    const { instance } = await sandbox.json<{ instance: { routes: { label: string; health: string }[] } }>(
      folder,
      "up",
    );
    expect(instance.routes).toMatchObject([{ label: "dev", health: "up" }]);
    const url = await sandbox.cspace(folder, "url", "deev");
    expect([url.code, url.out, url.err]).toEqual([2, "", expect.stringMatching(/dev/)]);
    expect(docker("exec", "e2e-unknown--mercury-worker-1", "sh", "-c", "echo $VITE_URL")).toMatch(
      /^http:\/\/dev\.mercury\.e2e-unknown\.cspace\.local(host)?(:\d+)?$/,
    );
  });

  test("a project without a compose file is served from `container`, with its directory mounted", async () => {
    const server =
      'require("node:http").createServer((_, r) => r.end(require("node:fs").readFileSync("word.txt"))).listen(3000)';
    const folder = sandbox.project("e2e-core", {
      "word.txt": "first",
      "server.cjs": server,
      ".cspace.json":
        '{ "container": { "image": "node:24", "command": "exec node server.cjs", "ports": { "3000": "dev" } } }',
    });
    await sandbox.json(folder, "up");
    const core = readFileSync(join(sandbox.home, "instances/e2e-core/mercury/docker-compose.core.yml"), "utf8");
    expect(core).toContain("image: node:24");
    expect(core).toContain(folder);
    expect(existsSync(join(folder, "docker-compose.core.yml"))).toBe(false);
    const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
    const word = async (): Promise<string> => (await get(proxy.httpPort, "dev.mercury.e2e-core.cspace.local")).body;
    expect(await word()).toBe("first");
    writeFileSync(join(folder, "word.txt"), "second");
    expect(await word()).toBe("second");
  });

  test("a directory without services is told what to write", async () => {
    const folder = sandbox.project("e2e-empty", { "package.json": "{}" });
    const refused = await sandbox.cspace(folder, "up");
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("(CSPACE_NO_SERVICES)")]);
    const nowhere = await sandbox.cspace(sandbox.root, "up");
    expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining("(CSPACE_PROJECT_NOT_FOUND)")]);
  });
});
