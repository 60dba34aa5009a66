import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Check, firstFinding } from "@cspace/doctor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askDaemon } from "./ask-daemon.ts";
import { createSandbox, docker, engineAnswers, httpService, prefix, removeLeftovers } from "./harness.ts";

interface Report {
  readonly checks: readonly Check[];
  readonly fixed: readonly string[];
  readonly plan: { readonly steps: readonly { readonly path: string }[] };
}

/** What this machine is, whatever is tested: names that no resolver of it was told of, other engines, a small disk. */
const given = (id: string): boolean => /^(names\..*|route\..*\.name|context|programs|disk|engine-disk)$/.test(id);

describe.skipIf(!engineAnswers)("doctor (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const name = `${prefix}doctor`;
  let folder: string;
  const run = async (
    env: Readonly<Record<string, string>>,
    ...args: string[]
  ): Promise<Report & { readonly code: number | null }> => {
    const { code, out, err } = await sandbox.cspaceWith(env, folder, "doctor", "--json", ...args);
    if (out === "") throw new Error(err);
    return { code, ...(JSON.parse(out) as Report) };
  };
  const doctor = (...args: string[]): ReturnType<typeof run> => run({}, ...args);
  /** The id of the first finding, without what this machine is. */
  const first = async (...args: string[]): Promise<string | undefined> =>
    firstFinding((await doctor(...args)).checks.filter(({ id }) => !given(id)))?.id;

  beforeAll(async () => {
    removeLeftovers();
    folder = sandbox.project(name, {
      "compose.yaml": `services:
${httpService("web", [3000], '    ports: ["3000"]')}
  near:
    image: node:24
    init: true
    stop_grace_period: 0s
    command: ["node", "-e", "require('http').createServer((q, s) => s.end()).listen(3000, '127.0.0.1')"]
    ports: ["3000"]
  away:
    image: node:24
    init: true
    stop_grace_period: 0s
    command: ["node", "-e", "require('http').createServer((q, s) => { s.writeHead(302, { location: 'http://localhost:3000/' }); s.end() }).listen(3000)"]
    ports: ["3000"]
`,
    });
    await sandbox.cspace(folder, "up", "mercury", "--wait", "20");
  });
  afterAll(async () => {
    await askDaemon(sandbox.home, "POST", "/stop");
    await sandbox.clean();
  });

  test("on a healthy machine nothing is found; a route is looked at hop by hop", async () => {
    const begin = Date.now();
    const { checks } = await doctor("web");
    expect(Date.now() - begin).toBeLessThan(10_000);
    expect(checks.filter(({ id, status }) => status !== "ok" && !given(id))).toEqual([]);
    expect(checks.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        "home",
        "engine",
        "compose",
        "clock",
        "subnets",
        "proxy",
        "port",
        "daemon",
        "route.web.answer",
      ]),
    );
    const text = await sandbox.cspace(folder, "doctor", "web", "--verbose");
    expect(text.out).toMatch(/ok +engine +Docker \S+ answers at unix:/);
    expect(text.out).toContain("hops were looked at");
  });

  test("an app that listens on its own loopback, or sends people elsewhere, is named", async () => {
    expect(await first("near")).toBe("route.near.listening");
    expect(await first("away")).toBe("route.away.redirect");
    const { code, checks } = await doctor("near");
    expect(code).toBe(1);
    expect(checks.find(({ id }) => id === "route.near.listening")).toMatchObject({
      message: "near listens on 127.0.0.1 inside its container, where nobody else reaches it",
      fix: { command: "let it listen on 0.0.0.0", safe: false },
    });
  });

  test("what hangs keeps nobody waiting, and what is not there is told with what to type", async () => {
    const silent = join(sandbox.root, "silent.sock");
    const server = createServer(() => undefined).listen(silent);
    await new Promise((done) => server.once("listening", done));
    try {
      const begin = Date.now();
      const { checks } = await run({ DOCKER_HOST: `unix://${silent}` });
      expect(Date.now() - begin).toBeLessThan(10_000);
      expect(checks.find(({ id }) => id === "engine")).toMatchObject({ status: "fail" });
    } finally {
      server.close();
    }
    const { code, checks } = await run({ DOCKER_HOST: "unix:///nowhere.sock" });
    expect(code).toBe(1);
    expect(firstFinding(checks)).toMatchObject({ id: "engine", fix: { safe: false } });
    const spared = await run({ http_proxy: "http://ada:secret@proxy.test:3128", no_proxy: "" });
    expect(spared.checks.find(({ id }) => id === "proxy-variables")).toMatchObject({ status: "warn" });
    expect(JSON.stringify(spared)).not.toContain("secret");
  });

  test("another version on PATH is named; a report tells no home and no secret", async () => {
    const other = join(sandbox.root, "other");
    mkdirSync(join(other, "bin"), { recursive: true });
    writeFileSync(join(other, "package.json"), '{ "name": "@cspace/cli", "version": "99.0.0" }');
    writeFileSync(join(other, "bin/cspace"), "", { mode: 0o755 });
    const env = { PATH: `${join(other, "bin")}:${process.env.PATH}`, HOME: sandbox.root, SOME_TOKEN: "secret" };
    const run = await sandbox.cspaceWith(env, folder, "doctor", "--report", "report.json");
    expect(run.out).toContain("is version 99.0.0, and this is");
    const text = readFileSync(join(folder, "report.json"), "utf8");
    expect(JSON.parse(text)).toMatchObject({ version: 1, about: { platform: process.platform } });
    expect(text).toContain("~/other/bin/cspace is version 99.0.0");
    expect(text).not.toContain(sandbox.root);
    expect(text).not.toContain("secret");
  });

  test("--fix --dry-run says what it would do, and does nothing", async () => {
    docker("stop", "cspace-dns");
    const { fixed, plan } = await doctor("--fix", "--dry-run");
    expect(fixed).toEqual(["cspace proxy up"]);
    expect(plan.steps.map(({ path }) => path)).toEqual(["docker:container/cspace-dns"]);
    expect((await sandbox.cspace(folder, "doctor", "--fix", "--dry-run")).out).toContain("docker:container/cspace-dns");
    expect(docker("inspect", "-f", "{{.State.Status}}", "cspace-dns")).toBe("exited");
    expect((await doctor("--fix")).fixed).toContain("cspace proxy up");
    expect(docker("inspect", "-f", "{{.State.Status}}", "cspace-dns")).toBe("running");
  });
});
