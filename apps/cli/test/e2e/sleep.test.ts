import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Instance, InstanceDocument } from "@cspace/instances";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { askDaemon } from "./ask-daemon.ts";
import { bin, createSandbox, docker, engineAnswers, get, prefix, removeLeftovers, until } from "./harness.ts";

/** Counts its starts in its log; takes a while before it listens, as servers that compile do. */
const server = `
const { createHash } = require("node:crypto");
const { createServer } = require("node:http");
console.log("started");
const server = createServer((request, response) => {
  if (request.url === "/stream") return void response.write("data: begun\\n\\n");
  if (request.url === "/burn") { const end = Date.now() + 8000; const go = () => Date.now() < end && setImmediate(go); go(); }
  const hash = createHash("sha256");
  request.on("data", (bytes) => hash.update(bytes));
  request.on("end", () => response.end(request.url === "/hash" ? hash.digest("hex") : "hello from " + process.env.CSPACE_INSTANCE));
});
server.on("upgrade", (request, socket) => {
  const key = createHash("sha1").update(request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + key + "\\r\\n\\r\\n");
  socket.write(Buffer.from([0x81, 0x05, ...Buffer.from("hello")]));
  socket.on("error", () => undefined);
});
process.on("SIGTERM", () => process.exit(0));
setTimeout(() => server.listen(Number(process.env.PORT ?? 3000), process.env.HOST), Number(process.env.DELAY ?? 500));
`;

interface Listed {
  readonly instances: readonly Instance[];
}

describe.skipIf(!engineAnswers)("sleep and wake of containers (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const name = `${prefix}sleep`;
  let folder: string;
  let port: number;
  const host = (label = "web", instance = "mercury"): string => `${label}.${instance}.${name}.cspace.local`;
  const container = (service: string, instance = "mercury"): string => `${name}--${instance}-${service}-1`;
  const inspect = (format: string, ...services: string[]): string[] =>
    services.map((service) => docker("inspect", "-f", format, container(service)));
  const states = (): string[] => inspect("{{.State.Status}}", "db", "web", "side");
  const starts = (): number => docker("logs", container("web")).split("started").length - 1;
  const run = (...args: string[]): Promise<InstanceDocument & Record<string, unknown>> => sandbox.json(folder, ...args);
  const list = async (): Promise<Instance> =>
    (await sandbox.json<Listed & Record<string, unknown>>(folder, "list")).instances[0] as Instance;
  const sleep = async (...args: string[]): Promise<void> => {
    expect((await run("sleep", ...args)).instance.state).toBe("asleep");
  };
  const settings = (more: object): void => {
    const all = { routes: { web: { service: "web", port: 3000 }, side: { service: "side", port: 8000 } }, ...more };
    writeFileSync(join(folder, ".cspace.json"), JSON.stringify(all));
  };

  beforeAll(async () => {
    removeLeftovers();
    folder = sandbox.project(name, {
      "server.js": server,
      "compose.yaml": `services:
  db:
    image: busybox:1.37
    init: true
    command: ["sh", "-c", "rm -f /ready; sleep 0.5; touch /ready; sleep 6000"]
    healthcheck: { test: "test -e /ready", interval: 5s }
    tmpfs: ["/tmp"]
  web:
    image: node:24
    init: true
    command: ["node", "/server.js"]
    volumes: ["./server.js:/server.js:ro"]
    depends_on: { db: { condition: service_healthy } }
  side:
    image: busybox:1.37
    init: true
    command: ["sh", "-c", "mkdir -p /www; echo side > /www/index.html; httpd -f -p 8000 -h /www"]
`,
    });
    settings({});
    // Docker asks for health once a minute: the first time is waited for here alone.
    docker("image", "inspect", "node:24");
    await run("up", "mercury", "--no-wait");
    port = (await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status")).proxy.httpPort;
    await until(90_000, async () => (await get(port, host())).status === 200);
  });
  afterAll(async () => {
    await sandbox.cspace(folder, "down", "--all", "--volumes");
    await askDaemon(sandbox.home, "POST", "/stop");
    await sandbox.clean();
  });

  test("by hand it ends, those first on which no other depends; list says so, and asking how it is wakes nobody", async () => {
    const slept = await run("sleep");
    expect(slept.steps).toMatchObject([{ name: "sleep", status: "done" }]);
    expect(slept.instance).toMatchObject({ state: "asleep", asleep: { since: expect.stringMatching(/^20..-/) } });
    expect(slept.instance.asleep?.savedBytes).toBeGreaterThan(5_000_000);
    expect(states()).toEqual(["exited", "exited", "exited"]);
    const [db, web] = inspect("{{.State.FinishedAt}}", "db", "web");
    expect(Date.parse(web as string)).toBeLessThan(Date.parse(db as string));
    expect((await run("sleep")).steps).toMatchObject([{ name: "sleep", status: "unchanged" }]);
    const { state, routes } = await list();
    expect(state).toBe("asleep");
    expect(
      routes.map(({ label, health, via, reason }) => [
        label,
        health,
        via === "port",
        reason?.includes("stopped") ?? false,
      ]),
    ).toEqual([
      ["side", "asleep", false, false],
      ["web", "asleep", false, false],
    ]);
    expect(routes[0]?.browserUrl).toMatch(/^http:\/\/side\.mercury\./);
    const text = await sandbox.cspace(folder, "list");
    expect(text.out).toMatch(/asleep for \d+ s, saved \d+ MB/);
    // What it does not find in time it leaves out: a busy machine is asked again.
    await until(20_000, async () =>
      /mercury \(asleep\).*:\/\/web\.mercury\./.test((await sandbox.cspace(folder, "statusline")).out),
    );
    expect(states()).toEqual(["exited", "exited", "exited"]);
  });

  test("two hundred requests at once wake it once, in the order of its dependencies, and are answered by it", async () => {
    const before = starts();
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask(port, { host: host() })));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`))).toEqual(
      new Set(["200 hello from mercury"]),
    );
    expect(answers.every(({ headers }) => headers["x-cspace-route"] === `web--mercury--${name}`)).toBe(true);
    expect(starts()).toBe(before + 1);
    const [db, web] = inspect("{{.State.StartedAt}}", "db", "web");
    expect(Date.parse(web as string)).toBeGreaterThan(Date.parse(db as string) + 400);
    expect((await list()).state).toBe("running");
    await until(
      5000,
      async () => !readFileSync(join(sandbox.home, "proxy/dynamic/gateway.yml"), "utf8").includes("asleep"),
    );
    await until(5000, async () => (await get(port, host("side"))).body === "side");
  });

  test("an upload of 10 MB and a WebSocket survive it", async () => {
    const body = Buffer.alloc(10_000_000, "0123456789abcdef-");
    await sleep();
    const [upload, message] = await Promise.all([
      ask(port, { host: host(), path: "/hash", method: "POST", body }),
      new Promise<string>((resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host: host() } });
        socket.on("message", (data) => {
          resolve(String(data));
          socket.terminate();
        });
        socket.on("error", reject);
      }),
    ]);
    expect(upload.body).toBe(createHash("sha256").update(body).digest("hex"));
    expect(message).toBe("hello");
  });

  test("another container wakes it", async () => {
    await sleep();
    const url = `http://${host()}${port === 80 ? "" : `:${port}`}/`;
    const network = `${name}--mercury_default`;
    expect(docker("run", "--rm", "--network", network, "busybox:1.37", "wget", "-q", "-O", "-", url)).toBe(
      "hello from mercury",
    );
  });

  test("frozen, it keeps what it had in memory, and is thawed by what needs that", async () => {
    settings({ sleep: "pause" });
    const before = starts();
    await sleep();
    expect(states()).toEqual(["paused", "paused", "paused"]);
    expect((await ask(port, { host: host() })).body).toBe("hello from mercury");
    expect(states()).toEqual(["running", "running", "running"]);
    expect(starts()).toBe(before);
    await sleep();
    const stopped = await run("stop");
    expect(stopped.instance).toMatchObject({ state: "stopped", asleep: null });
    expect((await get(port, host())).status).toBe(404);
    await run("start", "--no-wait");
    await until(70_000, async () => (await get(port, host())).status === 200);
    await sleep();
    expect((await run("up", "--no-wait")).instance.state).not.toBe("asleep");
    expect(states()).toEqual(["running", "running", "running"]);
    settings({});
  });

  test("wake and exec wake it, too; a command in it keeps it awake", async () => {
    await sleep();
    const woken = await run("wake");
    expect(woken.steps).toMatchObject([{ name: "wake", status: "done" }, { name: "verify" }]);
    expect(woken.instance).toMatchObject({ state: "running", asleep: null });
    expect((await run("wake")).steps[0]).toMatchObject({ name: "wake", status: "unchanged" });
    await sleep();
    expect((await sandbox.cspace(folder, "exec", "web", "echo", "here")).out).toBe("here\n");
    await sleep();
    // Programs do not find the names on a machine that was not set up: to them it is a port, which nothing but a start gives it.
    const { out } = await sandbox.cspace(folder, "url", "web");
    expect(out).toMatch(/^http:\/\/(localhost:\d+|web\.mercury\.)/);
    if (out.includes("localhost:")) expect(states()).toEqual(["running", "running", "running"]);
  });

  test("whoever holds it, it is known: a daemon that is killed is started by list, and wakes it", async () => {
    await sleep();
    const { pid } = (await askDaemon(sandbox.home, "GET", "/status")) ?? { pid: 0 };
    process.kill(pid, "SIGKILL");
    await until(5000, async () => (await askDaemon(sandbox.home, "GET", "/status")) === undefined);
    expect((await list()).state).toBe("asleep");
    await until(5000, async () => (await list()).routes.every(({ health }) => health === "asleep"));
    expect((await ask(port, { host: host() })).body).toBe("hello from mercury");
    expect((await list()).state).toBe("running");
  });

  test("a daemon that is killed while it wakes is no end of it", async () => {
    await sleep();
    const asked = ask(port, { host: host() }).catch(() => undefined);
    await until(5000, async () => inspect("{{.State.Status}}", "db")[0] === "running");
    process.kill((await askDaemon(sandbox.home, "GET", "/status"))?.pid ?? 0, "SIGKILL");
    await asked;
    // By hand, as whoever sees that nothing comes.
    await run("wake");
    expect(states()).toEqual(["running", "running", "running"]);
    expect((await get(port, host())).body).toBe("hello from mercury");
  });

  test("another daemon goes on with it, also with a request that waits", async () => {
    await sleep();
    const asked = ask(port, { host: host() });
    await until(5000, async () => inspect("{{.State.Status}}", "db")[0] === "running");
    const { pid } = (await askDaemon(sandbox.home, "GET", "/status")) ?? { pid: 0 };
    await askDaemon(sandbox.home, "POST", "/hand-over", {
      command: [process.execPath, bin, "daemon", "--take-over"],
      env: { ...process.env, CSPACE_HOME: sandbox.home },
    });
    expect((await askDaemon(sandbox.home, "GET", "/status"))?.pid).not.toBe(pid);
    expect((await asked).body).toBe("hello from mercury");
    await until(5000, async () => (await list()).state === "running");
  });

  test("what does not come back is named on a page, and the next request tries again", async () => {
    await sleep();
    writeFileSync(join(folder, "server.js"), 'console.error("no such module"); process.exit(3);');
    const failed = await ask(port, { host: host(), headers: { accept: "text/html" } });
    expect(failed.status).toBe(502);
    expect(failed.body).toMatch(/the service web (exited|keeps exiting) with code 3/);
    expect(failed.body).toContain("no such module");
    writeFileSync(join(folder, "server.js"), server);
    await until(10_000, async () => (await ask(port, { host: host() })).body === "hello from mercury");
    expect((await list()).state).toBe("running");
  });

  describe("by itself", () => {
    // Who asked without a pause would keep a connection to the service open.
    const isAsleep = async (): Promise<boolean> => {
      await setTimeout(400);
      return (await list()).state === "asleep";
    };

    test("when nobody uses it; asking how it is does not count", async () => {
      settings({ idle: "2s" });
      await run("up", "--no-wait");
      await until(15_000, isAsleep);
    });

    test.each<[string, () => Promise<() => unknown>]>([
      [
        "is asked",
        async () => {
          const timer = setInterval(() => void ask(port, { host: host("side") }).catch(() => undefined), 400);
          return () => clearInterval(timer);
        },
      ],
      [
        "streams",
        async () => {
          const stream = request({ port, path: "/stream", headers: { host: host() }, agent: false });
          stream.on("error", () => undefined).end();
          const [response] = (await once(stream, "response")) as [IncomingMessage];
          response.on("error", () => undefined).resume();
          return () => stream.destroy();
        },
      ],
      [
        "runs a command of somebody's",
        async () => {
          const env = { ...process.env, CSPACE_HOME: sandbox.home };
          const child = spawn(process.execPath, [bin, "exec", "side", "sleep", "600"], { cwd: folder, env });
          await setTimeout(500);
          return () => child.kill("SIGTERM");
        },
      ],
      [
        "works",
        async () => {
          void ask(port, { host: host(), path: "/burn" }).catch(() => undefined);
          return () => undefined;
        },
      ],
    ])("not while it %s", async (_, use) => {
      await ask(port, { host: host() });
      const end = await use();
      await setTimeout(5_000);
      expect(await isAsleep()).toBe(false);
      end();
      await until(20_000, isAsleep);
    });

    test("never any more, when that is taken out of the settings", async () => {
      settings({});
      await run("up", "--no-wait");
      await setTimeout(4_000);
      expect(await isAsleep()).toBe(false);
    });
  });

  test("it stays awake where the proxy would not hand its requests on, so that none would wake it", async () => {
    await run("up");
    const own = join(sandbox.home, "proxy/dynamic/own.yml");
    writeFileSync(
      own,
      `http:
  routers: { own: { rule: "Host(\`${host("db")}\`) || Host(\`${host("web")}\`) || Host(\`${host("side")}\`)", priority: 2147483000, service: own, entryPoints: [web] } }
  services: { own: { loadBalancer: { servers: [{ url: "http://127.0.0.1:9" }] } } }
`,
    );
    try {
      await until(5000, async () => (await get(port, host())).status === 502);
      const refused = await sandbox.cspace(folder, "sleep");
      expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("CSPACE_SLEEP_REFUSED") });
      expect(refused.err).toContain("mercury stays awake");
      expect(states()).toEqual(["running", "running", "running"]);
      expect(existsSync(join(sandbox.home, "proxy/dynamic/asleep.yml"))).toBe(false);
    } finally {
      rmSync(own);
    }
    await until(5000, async () => (await get(port, host())).status === 200);
    await sleep();
    expect((await get(port, host())).status).toBe(200);
  });

  test("down leaves nothing of it, also asleep, and nobody looks after it any more", async () => {
    await sleep();
    await sandbox.json(folder, "down");
    expect(docker("ps", "-aq", "--filter", `name=${name}--`)).toBe("");
    expect(await get(port, host())).toMatchObject({ status: 404 });
    await until(10_000, async () => (await askDaemon(sandbox.home, "GET", "/status")) === undefined);
  });
});

interface Asked {
  readonly host: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

function ask(port: number, { host, path = "/", method = "GET", headers = {}, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(body.length) };
    const sent = request(
      { port, path, method, agent: false, timeout: 60_000, headers: { host, ...length, ...headers } },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
        response.on("error", reject);
      },
    );
    sent.on("error", reject).end(body);
  });
}
