import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker, engineAnswers, httpService, prefix } from "./harness.ts";
import { type StartCspaceOptions, startCspace } from "./processes.ts";

const root = mkdtempSync(join(tmpdir(), "cspace-e2e-"));
const project = join(root, `${prefix}no-engine`);
const servers: Server[] = [];
const isRoot = process.getuid?.() === 0;

interface Failure {
  readonly code: number | string;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

/** Runs a command that is to fail, and reads its document. */
async function fail(args: readonly string[], options: Partial<StartCspaceOptions> = {}): Promise<Failure> {
  const { env, ...rest } = options;
  const run = startCspace([...args, "--json"], {
    cwd: project,
    env: { CSPACE_HOME: join(root, "home"), ...env },
    ...rest,
  });
  const code = await run.ended;
  expect(run.text.err).toBe("");
  const document = JSON.parse(run.text.out);
  expect(document.version).toBe(1);
  return { code, error: document.error };
}

/** A socket on which somebody listens. */
async function serve(name: string, server: Server): Promise<string> {
  servers.push(server);
  const path = join(root, name);
  await new Promise<void>((done, refuse) => server.once("error", refuse).listen(path, done));
  return `unix://${path}`;
}

/** A folder with one executable that a shell runs. */
function executable(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return dirname(path);
}

beforeAll(() => {
  chmodSync(root, 0o755);
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, "compose.yaml"), `services:\n${httpService("web", [3000], '    ports: ["3000"]')}`);
});

afterAll(() => {
  for (const server of servers) server.close();
  rmSync(root, { recursive: true, force: true });
});

describe("without a usable engine every command ends with exit code 3", () => {
  it.each([["up"], ["down"], ["list"], ["url", "web"], ["open", "web"], ["logs"]])("%s %s", async (...args) => {
    const run = await fail(args, { env: { DOCKER_HOST: `unix://${root}/nowhere.sock` } });
    expect(run).toMatchObject({ code: 3, error: { code: "CSPACE_ENGINE_NOT_RUNNING" } });
  });

  it("but the proxy, which is the gateway then, and says why", async () => {
    const run = startCspace(["proxy", "status", "--json"], {
      cwd: project,
      env: { CSPACE_HOME: join(root, "home"), DOCKER_HOST: `unix://${root}/nowhere.sock` },
    });
    expect(await run.ended).toBe(0);
    expect(JSON.parse(run.text.out).proxy).toMatchObject({
      engine: "gateway",
      why: expect.stringContaining("no Docker engine is running"),
      state: "stopped",
      httpPort: null,
    });
  });

  it("prints an error with its code and the command to type, and nothing on standard output", async () => {
    const run = startCspace(["up"], {
      cwd: project,
      env: { DOCKER_HOST: `unix://${root}/nowhere.sock`, CSPACE_HOME: join(root, "home") },
    });
    expect(await run.ended).toBe(3);
    expect(run.text.out).toBe("");
    expect(run.text.err).toMatch(
      /^error {2}no Docker engine is running: unix:\S+nowhere\.sock does not exist \(CSPACE_ENGINE_NOT_RUNNING\)\nhint {3}start it: .+\n$/,
    );
  });
});

describe.concurrent("each way of having no engine is named", () => {
  it("is absent where there is neither a socket nor a docker command", async () => {
    const empty = join(root, "empty-path");
    mkdirSync(empty);
    const { code, error } = await fail(["up"], { env: { DOCKER_HOST: `unix://${root}/nowhere.sock`, PATH: empty } });
    expect(code).toBe(3);
    expect(error.code).toBe("CSPACE_ENGINE_ABSENT");
    expect(error.hint).toContain("https://docs.docker.com/");
  });

  it("is not running where a socket was left behind", async () => {
    const path = join(root, "left.sock");
    const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => console.log("listening"))`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((done) => child.stdout.once("data", done));
    child.kill("SIGKILL");
    await new Promise((done) => child.once("close", done));
    const { code, error } = await fail(["up"], { env: { DOCKER_HOST: `unix://${path}` } });
    expect(code).toBe(3);
    expect(error).toMatchObject({ code: "CSPACE_ENGINE_NOT_RUNNING", message: expect.stringContaining("refused") });
  });

  it("is not running where the socket's folder is a file", async () => {
    writeFileSync(join(root, "file"), "");
    const { code, error } = await fail(["up"], { env: { DOCKER_HOST: `unix://${root}/file/docker.sock` } });
    expect({ code, error: error.code }).toEqual({ code: 3, error: "CSPACE_ENGINE_NOT_RUNNING" });
  });

  it("does not wait for a socket that hangs", async () => {
    const endpoint = await serve("hanging.sock", createServer());
    const begin = performance.now();
    const { code, error } = await fail(["up"], { env: { DOCKER_HOST: endpoint } });
    expect({ code, error: error.code }).toEqual({ code: 3, error: "CSPACE_ENGINE_NOT_RUNNING" });
    expect(error.message).toContain("does not answer within 5 s");
    expect(error.hint).toContain("docker info");
    expect(performance.now() - begin).toBeLessThan(8000);
  });

  it("is not running where a socket hangs up, or answers with an error", async () => {
    const closing = await serve(
      "closing.sock",
      createServer((socket) => socket.destroy()),
    );
    const starting = createHttpServer((_, response) => response.writeHead(503).end('{"message":"still starting"}'));
    const failing = await serve("failing.sock", starting as unknown as Server);
    for (const endpoint of [closing, failing]) {
      const { code, error } = await fail(["list"], { env: { DOCKER_HOST: endpoint } });
      expect({ code, error: error.code }).toEqual({ code: 3, error: "CSPACE_ENGINE_NOT_RUNNING" });
      expect(error.message).toContain(endpoint);
    }
  });

  it("is denied to a user who may not open the socket", async () => {
    const endpoint = await serve("private.sock", createServer());
    const path = endpoint.slice("unix://".length);
    chmodSync(path, isRoot ? 0o600 : 0o000);
    const user = isRoot ? { uid: 65534, gid: 65534 } : {};
    const home = join(root, "denied-home");
    mkdirSync(home, { mode: 0o777 });
    const { code, error } = await fail(["up"], {
      ...user,
      env: { DOCKER_HOST: endpoint, HOME: home, CSPACE_HOME: home },
    });
    expect(code).toBe(3);
    expect(error.code).toBe("CSPACE_ENGINE_DENIED");
    expect(error.hint).toContain("usermod -aG docker");
  });

  it.each(["tcp://10.9.8.7:2375", "ssh://root@build.example", "tcp://[2001:db8::1]:2376"])(
    "is remote at %s",
    async (endpoint) => {
      const { code, error } = await fail(["up"], { env: { DOCKER_HOST: endpoint } });
      expect(code).toBe(3);
      expect(error.code).toBe("CSPACE_ENGINE_REMOTE");
      expect(error.message).toContain(endpoint);
      expect(error.hint).toContain("docker context use default");
    },
  );

  it("is remote through the current context", async () => {
    const config = join(root, "remote-context");
    const meta = join(config, "contexts/meta", createHash("sha256").update("build").digest("hex"));
    mkdirSync(meta, { recursive: true });
    writeFileSync(join(config, "config.json"), '{"currentContext":"build"}');
    writeFileSync(join(meta, "meta.json"), '{"Endpoints":{"docker":{"Host":"ssh://build.example"}}}');
    const { code, error } = await fail(["up"], { env: { DOCKER_HOST: "", DOCKER_CONTEXT: "", DOCKER_CONFIG: config } });
    expect({ code, error: error.code }).toEqual({ code: 3, error: "CSPACE_ENGINE_REMOTE" });
  });

  it("names a context that does not exist, and a configuration of Docker that cannot be read", async () => {
    const config = join(root, "bad-config");
    mkdirSync(config);
    writeFileSync(join(config, "config.json"), '{"currentContext":');
    const unset = { DOCKER_HOST: "", DOCKER_CONTEXT: "" };
    const unknown = await fail(["up"], { env: { ...unset, DOCKER_CONTEXT: "gone" } });
    expect(unknown).toMatchObject({ code: 3, error: { code: "CSPACE_CONTEXT_UNKNOWN" } });
    expect(unknown.error.message).toContain("gone");
    const corrupt = await fail(["up"], { env: { ...unset, DOCKER_CONFIG: config } });
    expect(corrupt).toMatchObject({ code: 3, error: { code: "CSPACE_CONTEXT_UNKNOWN" } });
    expect(corrupt.error.message).toContain(join(config, "config.json"));
  });

  it("is too old before API 1.40", async () => {
    const answers: Record<string, unknown> = {
      "/_ping": {},
      "/version": { Version: "18.09.9", ApiVersion: "1.39", Os: "linux" },
      "/info": { OperatingSystem: "Linux", SecurityOptions: [] },
      "/networks": [],
      "/containers/json": [],
      "/volumes": { Volumes: [] },
    };
    const old = createHttpServer((request, response) => {
      const answer = answers[(request.url ?? "").replace(/\?.*/, "")];
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? { message: "no such thing" }));
    });
    const endpoint = await serve("old.sock", old as unknown as Server);
    const fakes = executable(
      join(root, "old/docker"),
      `case "$*" in *version*) echo 2.40.0;; *config*) echo '{"services":{}}';; *) exit 9;; esac`,
    );
    const { code, error } = await fail(["up"], {
      env: { DOCKER_HOST: endpoint, PATH: `${fakes}:${process.env.PATH}` },
    });
    expect({ code, error: error.code }).toEqual({ code: 3, error: "CSPACE_ENGINE_OLD" });
    expect(error.message).toContain("API 1.39");
  });
});

describe.skipIf(!engineAnswers)("without a usable Compose nothing is changed (needs a Docker engine)", () => {
  const count = (): string => `${docker("ps", "-aq")}\n${docker("network", "ls", "-q")}`;

  const failUnchanged = async (env: Readonly<Record<string, string>>): Promise<Failure> => {
    const before = count();
    const failure = await fail(["up"], { env });
    expect(count()).toBe(before);
    return failure;
  };

  it("is missing without a docker command, though the engine answers", async () => {
    const empty = join(root, "no-docker");
    mkdirSync(empty, { recursive: true });
    const { code, error } = await failUnchanged({ PATH: empty });
    expect({ code, error: error.code }).toEqual({ code: 3, error: "CSPACE_COMPOSE_MISSING" });
    expect(error.message).toContain("docker command");
  });

  it.each([
    ["an older client", "echo \"unknown shorthand flag: 'p' in -p\nSee 'docker --help'.\" >&2; exit 125"],
    [
      "a newer client",
      "echo \"docker: unknown command: docker compose\n\nRun 'docker --help' for more information\" >&2; exit 1",
    ],
    ["a client that is asked for its version", 'echo "unknown flag: --short" >&2; exit 125'],
    ["a client that names it", "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1"],
  ])("is missing without the plugin, in the words of %s", async (what, script) => {
    const fakes = executable(join(root, what.replaceAll(" ", "-"), "docker"), script);
    const { code, error } = await failUnchanged({ PATH: `${fakes}:${process.env.PATH}` });
    expect(code).toBe(3);
    expect(error).toMatchObject({ code: "CSPACE_COMPOSE_MISSING", message: "Docker Compose is not installed" });
    expect(error.hint).toContain("https://docs.docker.com/compose/install/");
  });

  it.each([
    ["2.23.3", "echo '{\"services\":{}}'"],
    ["v2.4.1-desktop.2", 'echo "unsupported value for --format" >&2; exit 14'],
  ])("is too old at %s, whether it can read the model or not", async (version, config) => {
    const metadata = `{"SchemaVersion":"0.1.0","Vendor":"Docker Inc.","Version":"${version}"}`;
    const plugins = executable(
      join(root, `compose-${version}`, "cli-plugins/docker-compose"),
      `case "$*" in docker-cli-plugin-metadata) echo '${metadata}';; *version*) echo '${version}';; *config*) ${config};; *) exit 9;; esac`,
    );
    const { code, error } = await failUnchanged({ DOCKER_CONFIG: dirname(plugins) });
    expect({ code, error: error.code }).toEqual({ code: 3, error: "CSPACE_COMPOSE_OLD" });
    expect(error.message).toMatch(/2\.24\.0 or newer/);
    expect(error.message).toContain(version.replace(/^v/, ""));
  });
});
