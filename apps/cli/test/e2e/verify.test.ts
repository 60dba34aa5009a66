import { execFileSync, spawn } from "node:child_process";
import { rmSync, utimesSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { ensureDaemon } from "@cspace/daemon";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askDaemon } from "./ask-daemon.ts";
import { createSandbox, docker, engineAnswers, get, prefix, removeLeftovers, until } from "./harness.ts";

const path = "/.well-known/cspace";

interface Verification {
  readonly verified: boolean;
  readonly reason: string | null;
  readonly hint: string | null;
  readonly identity: { readonly directory: string; readonly label: string } | null;
}

function askAs(port: number, host: string, headers: Record<string, string>, at = path): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, path: at, agent: false, headers: { host, ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", reject).end();
  });
}

/** Makes a folder a repository with one commit. */
function commit(folder: string): void {
  const git = (...args: string[]): unknown => execFileSync("git", args, { cwd: folder, stdio: "ignore" });
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one");
}

/** As if it had been changed a moment from now. */
function touch(...parts: string[]): void {
  const later = new Date(Date.now() + 2000);
  utimesSync(join(...parts), later, later);
}

const server = (word: string): string =>
  `require("node:http").createServer((q, s) => s.end(${JSON.stringify(word)} + q.url)).listen(process.env.PORT ?? 3000, process.env.HOST)`;

describe.skipIf(!engineAnswers)("which code answers, behind Traefik (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const name = `${prefix}verify`;
  let [folder, port] = ["", 0];
  const host = (label: string): string => `${label}.mercury.${name}.cspace.local`;
  const verify = async (...args: string[]): Promise<Verification> => {
    const run = await sandbox.cspace(folder, "verify", ...args, "--json");
    const said: Verification = JSON.parse(run.out);
    expect(run.code).toBe(said.verified ? 0 : 1);
    return said;
  };

  beforeAll(async () => {
    removeLeftovers();
    folder = sandbox.project(name, {
      "server.js": server("container "),
      "built.js": server("built "),
      "api.cjs": server("process "),
      Dockerfile: 'FROM node:24\nCOPY built.js /built.js\nCMD ["node", "/built.js"]\n',
      "compose.yaml": `services:
  web:
    image: node:24
    init: true
    working_dir: /app
    command: ["node", "server.js"]
    volumes: ["./:/app:ro"]
    ports: ["3000"]
  own:
    image: node:24
    init: true
    working_dir: /app
    command: ["node", "server.js"]
    volumes: ["./:/app:ro"]
    ports: ["3000"]
  built:
    build: .
    image: ${name}-built
    init: true
    ports: ["3000"]
`,
      ".cspace.json": JSON.stringify({
        processes: { api: { command: "node api.cjs" } },
        routes: {
          web: { service: "web", port: 3000 },
          own: { service: "own", port: 3000, wellKnown: false },
          built: { service: "built", port: 3000 },
          api: { process: "api" },
        },
      }),
    });
    commit(folder);
    await sandbox.json(folder, "up", "mercury");
    port = (await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status")).proxy.httpPort;
  });
  afterAll(async () => {
    await askDaemon(sandbox.home, "POST", "/stop");
    await sandbox.clean();
  });

  test("containers and processes alike tell who answers, and no app is asked", async () => {
    for (const label of ["web", "api", "built"]) {
      const { status, body, route } = await get(port, host(label), path);
      expect([status, route]).toEqual([200, undefined]);
      expect(JSON.parse(body)).toMatchObject({
        project: name,
        instance: "mercury",
        label,
        directory: folder,
        branch: "main",
        dirty: false,
      });
    }
    const { body } = await get(port, host("web"), path);
    expect(JSON.parse(body)).toMatchObject({ image: "node:24", command: expect.stringContaining("node server.js") });
    expect(JSON.parse((await get(port, host("api"), path)).body)).toMatchObject({
      image: null,
      command: "node api.cjs",
    });
    expect((await get(port, host("nobody"), path)).status).toBe(404);
    // A route may have it for itself.
    expect(await get(port, host("own"), path)).toMatchObject({ status: 200, body: `container ${path}` });
  });

  test("a page of another site, and a container, are told nothing", async () => {
    expect(await askAs(port, host("web"), { "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await askAs(port, host("web"), { "sec-fetch-site": "same-origin" })).toBe(200);
    // What a client says of where it comes from is not believed.
    expect(await askAs(port, host("web"), { "x-forwarded-for": "10.255.255.254" })).toBe(200);
    const script = `fetch("http://${host("web")}:${port}${path}").then(async (r) => console.log(r.status, await r.text()))`;
    expect(docker("exec", `${name}--mercury-web-1`, "node", "-e", script)).toMatch(/^403 (?!.*directory)/);
  });

  test("what is on disk is verified; what changed since is told, and what mends it does", async () => {
    for (const label of ["web", "own", "built", "api"])
      expect(await verify(label)).toMatchObject({ verified: true, reason: null });
    expect(await verify(`http://${host("api")}/some/path?x`)).toMatchObject({ verified: true });
    touch(folder, "server.js");
    const changed = "started before server.js changed, and this server does not reload";
    expect(await verify("web")).toMatchObject({
      verified: false,
      reason: changed,
      hint: "cspace restart --instance mercury",
    });
    touch(folder, "built.js");
    expect(await verify("built")).toMatchObject({
      verified: false,
      reason: "built before built.js changed",
      hint: "cspace up mercury --build",
    });
    touch(folder, "api.cjs");
    expect(await verify("api")).toMatchObject({ verified: false, reason: expect.stringContaining("api.cjs changed") });
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await sandbox.json(folder, "up", "mercury", "--build");
    await sandbox.json(folder, "restart");
    for (const label of ["web", "built", "api"])
      expect(await verify(label)).toMatchObject({ verified: true, reason: null });
  });

  test("a compose file that says something else since is told", async () => {
    const file = join(folder, "compose.yaml");
    const text = execFileSync("cat", [file], { encoding: "utf8" });
    writeFileSync(file, text.replace('command: ["node", "server.js"]', 'command: ["node", "server.js", "--more"]'));
    expect(await verify("web")).toMatchObject({
      verified: false,
      reason: `web.mercury.${name} was started before compose.yaml said something else of it`,
    });
    writeFileSync(file, text);
    expect(await verify("web")).toMatchObject({ verified: true });
  });

  test("a worktree that has no instance learns from where its URL is served", async () => {
    const other = join(sandbox.root, "feature");
    execFileSync("git", ["worktree", "add", "-q", other, "-b", "feature"], { cwd: folder, stdio: "ignore" });
    const from = `api.mercury.${name} is served from ../${name}, branch main`;
    const none = await sandbox.cspace(other, "verify", "api", "--json");
    expect([none.code, JSON.parse(none.out).reason]).toEqual([1, `no instance of ${other} is running, and ${from}`]);
    const named = await sandbox.cspace(other, "verify", `http://${host("api")}`, "--json");
    expect([named.code, JSON.parse(named.out).reason]).toEqual([1, from]);
    const unknown = await sandbox.cspace(folder, "verify", "nope", "--json");
    expect([unknown.code, JSON.parse(unknown.out).error.code]).toEqual([2, "CSPACE_LABEL_UNKNOWN"]);
  });

  test("another program on the port of a process is told", async () => {
    const { routes } = (
      await sandbox.json<{ instances: [{ routes: { label: string; target: { port: number } }[] }] }>(folder, "list")
    ).instances[0];
    const held = routes.find(({ label }) => label === "api")?.target.port as number;
    await sandbox.json(folder, "stop", "api");
    const script = `require("node:http").createServer((q, s) => s.end()).listen(${held}, "127.0.0.1", () => console.log("up"))`;
    const intruder = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      await new Promise((resolve) => intruder.stdout?.once("data", resolve));
      expect(await verify("api")).toMatchObject({ verified: false });
    } finally {
      intruder.kill("SIGKILL");
    }
    await sandbox.json(folder, "start", "api");
    expect(await verify("api")).toMatchObject({ verified: true });
  });

  test("while no daemon runs nobody tells, least of all the app; to verify starts it", async () => {
    await sandbox.json(folder, "stop", "api");
    await askDaemon(sandbox.home, "POST", "/stop");
    await until(10_000, async () => (await get(port, host("web"), path)).status === 503);
    expect((await get(port, host("web"))).body).toBe("container /");
    // What a browser asks for goes by routers that name the daemon; without it the container's own one serves.
    const browser = { "upgrade-insecure-requests": "1", "sec-fetch-dest": "document" };
    for (const at of ["/", "/favicon.ico"]) expect(await askAs(port, host("web"), browser, at)).toBe(200);
    expect(await verify("web")).toMatchObject({ verified: true });
    expect((await get(port, host("web"), path)).status).toBe(200);
  });

  test("the daemon waits for what a command is about to ask, and then ends", async () => {
    const home = join(sandbox.root, "promised");
    const { client } = await ensureDaemon({ env: { ...process.env, CSPACE_HOME: home } });
    await new Promise((done) => setTimeout(done, 6000));
    expect(await client.status()).toMatchObject({ instances: [] });
    await until(15_000, async () => (await askDaemon(home, "GET", "/status")) === undefined);
  });

  test("the daemon ends when nothing of it runs any more, and when its home is gone", async () => {
    await sandbox.json(folder, "down", "--volumes");
    await until(15_000, async () => (await askDaemon(sandbox.home, "GET", "/status")) === undefined);
    await sandbox.json(folder, "up", "mercury");
    const { pid } = (await askDaemon(sandbox.home, "GET", "/status")) ?? { pid: 0 };
    rmSync(sandbox.home, { recursive: true, force: true });
    await until(15_000, async () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
  });
});
