import { readdirSync, utimesSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, docker, engineAnswers, get, httpService, prefix, removeLeftovers } from "./harness.ts";
import { type RunningCli, signalGroup, startCspace } from "./processes.ts";

const name = `${prefix}killed`;
const slowName = `${prefix}slow`;
const host = `web.mercury.${name}.cspace.local`;
const endpoint = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
const isSocket = endpoint.startsWith("unix://");

describe.skipIf(!engineAnswers || !isSocket)("an up that is ended in the middle (needs the engine's socket)", () => {
  const sandbox = createSandbox();
  const folder = sandbox.project(name, {
    "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]')}`,
  });
  const relay = createRelay(join(sandbox.root, "docker.sock"), endpoint.slice("unix://".length));
  const env = { CSPACE_HOME: sandbox.home, DOCKER_HOST: `unix://${relay.path}` };
  const start = (cwd: string, ...args: string[]): RunningCli => startCspace([...args, "--json"], { cwd, env });
  const finish = async (cwd: string, ...args: string[]): Promise<Record<string, unknown>> => {
    const run = start(cwd, ...args);
    const code = await run.ended;
    if (code !== 0) throw new Error(`cspace ${args.join(" ")} ended with ${code}:\n${run.text.out}${run.text.err}`);
    return JSON.parse(run.text.out);
  };

  beforeAll(async () => {
    removeLeftovers();
    await relay.listen();
  });
  afterAll(async () => {
    await sandbox.clean();
    relay.close();
  });

  const requireServed = async (): Promise<void> => {
    const { proxy } = (await finish(folder, "proxy", "status")) as { proxy: { state: string; httpPort: number } };
    expect(proxy.state).toBe("running");
    expect(await get(proxy.httpPort, host)).toMatchObject({ status: 200, body: "web-3000-mercury" });
  };

  it("killed at every step, one up after the other: each goes on from there, and the last one finishes", async () => {
    const steps: readonly [string, RegExp][] = [
      ["the proxy's network is made", /networks\/create/],
      ["the proxy's container is made", /containers\/create\?.*cspace-proxy/],
      ["the proxy is started", /containers\/[^/]+\/start/],
      ["the project's network is made", /networks\/create/],
      ["the proxy is connected to it", new RegExp(`networks/cspace-${name}/connect`)],
      ["the instance's network is made", /networks\/create/],
      ["its container is made", new RegExp(`containers/create\\?.*${name}`)],
      ["its container is connected", new RegExp(`networks/cspace-${name}/connect`)],
      ["its container is started", /containers\/[^/]+\/start/],
    ];
    for (const [step, when] of steps) {
      const run = start(folder, "up");
      const reached = await relay.nextChange(when, () => signalGroup(run, "SIGKILL"));
      expect({ step, reached, ended: await run.ended }).toEqual({ step, reached: true, ended: "SIGKILL" });
      ageLocks(join(sandbox.home, "run"), 60);
    }
    await finish(folder, "up");
    await requireServed();
    const networks = docker("network", "ls", "--format", "{{.Name}}").split("\n");
    expect(networks.filter((one) => one.includes(name)).sort()).toEqual([`cspace-${name}`, `${name}--mercury_default`]);
    expect(docker("ps", "-a", "--format", "{{.Names}}").split("\n").sort()).toEqual(
      expect.arrayContaining(["cspace-dns", "cspace-proxy", `${name}--mercury-web-1`]),
    );
    const again = (await finish(folder, "up")) as { steps: { name: string; status: string }[] };
    expect(again.steps.filter(({ status }) => status === "done").map((step) => step.name)).toEqual(["verify"]);
  });

  it("killed: its locks hold the next up back for ten seconds and no longer", async () => {
    await finish(folder, "down");
    const run = start(folder, "up");
    await relay.nextChange(/networks\/create/, () => signalGroup(run, "SIGKILL"));
    await run.ended;
    expect(readdirSync(join(sandbox.home, "run"))).toContain("proxy.lock");
    ageLocks(join(sandbox.home, "run"), 8);
    const begin = performance.now();
    await finish(folder, "up");
    const took = performance.now() - begin;
    expect(took).toBeGreaterThan(1500);
    expect(took).toBeLessThan(8000);
  });

  it("interrupted: exit code 130, what ran runs on, and the next up finishes", async () => {
    const slow = sandbox.project(slowName, {
      "compose.yaml": `services:\n${httpService(
        "web",
        [3000],
        `    ports: ["3000"]
    healthcheck: { test: ["CMD", "test", "-e", "/ready"], interval: 1s, start_period: 60s, retries: 3 }`,
      )}`,
    });
    const before = docker(
      "inspect",
      "--format",
      "{{.Id}} {{.State.StartedAt}}",
      `${name}--mercury-web-1`,
      "cspace-proxy",
    );
    const run = start(slow, "up");
    await relay.nextChange(/containers\/[^/]+\/start/);
    await until3s(() => docker("ps", "--format", "{{.Names}}").includes(`${slowName}--mercury-web-1`));
    signalGroup(run, "SIGINT");
    expect(await run.ended).toBe(130);
    const document = JSON.parse(run.text.out);
    expect(document).toMatchObject({
      version: 1,
      error: { code: "CSPACE_INTERRUPTED" },
      instance: { project: slowName, instance: "mercury", directory: slow, state: "running" },
    });
    // The container runs; whether Compose has come back by then, which ends the step "start", is open.
    const ended = document.steps.map((step: { name: string }) => step.name);
    expect(ended.filter((step: string) => step !== "start")).toEqual(["proxy", "networks", "create", "attach"]);
    expect(
      docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", `${name}--mercury-web-1`, "cspace-proxy"),
    ).toBe(before);
    docker("exec", `${slowName}--mercury-web-1`, "touch", "/ready");
    const finished = (await finish(slow, "up")) as { instance: { routes: { health: string }[] } };
    expect(finished.instance.routes).toMatchObject([{ health: "up" }]);
    await finish(slow, "down");
  });

  it("interrupted while Compose works: exit code 130, no lock left, and the next up finishes at once", async () => {
    await finish(folder, "down");
    const locks = (): string[] => readdirSync(join(sandbox.home, "run")).filter((file) => file.endsWith(".lock"));
    // Those of what was killed before are taken over by who needs them next.
    const before = locks();
    const run = start(folder, "up");
    await relay.nextChange(new RegExp(`containers/create\\?.*${name}`), () => signalGroup(run, "SIGINT"));
    expect(await run.ended).toBe(130);
    expect(JSON.parse(run.text.out)).toMatchObject({ error: { code: "CSPACE_INTERRUPTED" } });
    expect(locks().filter((file) => !before.includes(file))).toEqual([]);
    await finish(folder, "up");
    await requireServed();
  });
});

/** Makes the locks of a killed process look so many seconds old; after ten, their holder counts as dead. */
function ageLocks(folder: string, seconds: number): void {
  const old = Date.now() / 1000 - seconds;
  for (const file of readdirSync(folder)) {
    if (file.endsWith(".lock")) utimesSync(join(folder, file), old, old);
  }
}

async function until3s(check: () => boolean): Promise<void> {
  const end = Date.now() + 3000;
  while (!check()) {
    if (Date.now() > end) throw new Error("not within 3 s");
    await new Promise((done) => setTimeout(done, 50));
  }
}

interface Relay {
  readonly path: string;
  listen(): Promise<void>;
  close(): void;
  /** Runs `act` in place of the next change whose path matches; `false` after 20 s without one. */
  nextChange(when: RegExp, act?: () => void): Promise<boolean>;
}

/** A socket between the command line and the engine, on which a test sees every change before it is made. */
function createRelay(path: string, target: string): Relay {
  let watch: ((url: string) => boolean) | undefined;
  const sockets = new Set<Socket>();
  const server: Server = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    // What a dead client asked for just now must not be done.
    if (incoming.method !== "GET" && watch?.(incoming.url ?? "") === true) return void incoming.socket.destroy();
    const { method, url, headers } = incoming;
    const outgoing = request({ socketPath: target, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    });
    outgoing.once("error", () => response.destroy());
    response.once("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (incoming, socket, head) => {
    const engine = connect(target, () => {
      const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
      for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
        lines.push(`${incoming.rawHeaders[index]}: ${incoming.rawHeaders[index + 1]}`);
      }
      engine.write(`${lines.join("\r\n")}\r\n\r\n`);
      engine.write(head);
      socket.pipe(engine).pipe(socket);
    });
    engine.once("error", () => socket.destroy());
  });
  return {
    path,
    listen: () => new Promise((done, fail) => server.once("error", fail).listen(path, done)),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    nextChange: (when, act) =>
      new Promise((done) => {
        const timer = setTimeout(() => {
          watch = undefined;
          done(false);
        }, 20_000);
        watch = (url) => {
          if (!when.test(decodeURIComponent(url))) return false;
          watch = undefined;
          clearTimeout(timer);
          act?.();
          done(true);
          return act !== undefined;
        };
      }),
  };
}
