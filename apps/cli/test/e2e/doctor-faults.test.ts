import { once } from "node:events";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, request } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { type Check, firstFinding } from "@cspace/doctor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askDaemon } from "./ask-daemon.ts";
import { createScore } from "./doctor-score.ts";
import { wrongServers, wrongServices } from "./doctor-servers.ts";
import { createSandbox, docker, engineAnswers, httpService, prefix, removeLeftovers, until } from "./harness.ts";
import { pem, schemeServer } from "./scheme-services.ts";

/** Something that goes wrong, and what mends it. */
interface Fault {
  readonly inject?: () => unknown;
  readonly mend?: () => unknown;
  /** The route that is looked at. @default the machine alone */
  readonly label?: string;
  readonly env?: () => Readonly<Record<string, string>>;
  /** @default the project's folder, and its instance */
  readonly elsewhere?: readonly string[];
}

describe.skipIf(!engineAnswers)("faults that doctor names (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const name = `${prefix}faults`;
  const score = createScore();
  let folder: string;
  let calm: string;
  let processes: string;
  const at = (...path: string[]): string => join(sandbox.root, ...path);
  const container = (service: string): string => `${name}--mercury-${service}-1`;
  const config = (more: object = {}): void =>
    writeFileSync(join(sandbox.home, "config.json"), JSON.stringify({ domains: ["cspace.localhost"], ...more }));
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  /** Serves on a socket, or a port, until the fault is mended. */
  const serve = async (server: Server, where: string | number): Promise<void> => {
    servers.push(server);
    server.on("connection", (socket) => sockets.add(socket));
    if (typeof where === "number") server.listen(where, "127.0.0.1");
    else server.listen(where);
    await once(server, "listening");
  };
  const stopServers = async (): Promise<void> => {
    const closed = servers.splice(0).map((server) => new Promise((done) => server.close(done)));
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await Promise.all(closed);
  };

  const doctor = async ({ label, env, elsewhere }: Fault, ...more: string[]): Promise<readonly Check[]> => {
    const asked = [...(label === undefined ? [] : [label]), ...(elsewhere ?? []), ...more];
    const cwd = elsewhere === undefined ? folder : sandbox.root;
    const { out, err } = await sandbox.cspaceWith(env?.() ?? {}, cwd, "doctor", "--json", ...asked);
    if (out === "") throw new Error(err);
    return (JSON.parse(out) as { checks: readonly Check[] }).checks;
  };
  const first = async (fault: Fault): Promise<string | undefined> => firstFinding(await doctor(fault))?.id;
  const expectHealthy = async (label?: string): Promise<void> => {
    let named: string | undefined;
    await until(20_000, async () => {
      named = await first(label === undefined ? {} : { label });
      return named === undefined;
    }).catch(() => undefined);
    score.healthy(named);
    expect(named).toBeUndefined();
  };
  const fix = (): Promise<readonly Check[]> => doctor({}, "--fix");

  beforeAll(async () => {
    removeLeftovers();
    mkdirSync(sandbox.home, { recursive: true });
    config();
    folder = sandbox.project(name, {
      "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]')}${wrongServices}`,
      ".cspace.json": JSON.stringify({
        // Said, so that what it speaks is not found out.
        routes: Object.fromEntries(
          ["web", "sick", ...Object.keys(wrongServers)].map((one) => [
            one,
            { service: one, port: 3000, scheme: "http" },
          ]),
        ),
      }),
      ...pem,
      "server.mjs": schemeServer,
    });
    calm = sandbox.project(`${prefix}fault-calm`, {
      "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]')}`,
    });
    processes = sandbox.project(`${prefix}fault-processes`, {
      "package.json": JSON.stringify({ scripts: { dev: "node server.mjs" } }),
      "server.mjs": `import { createServer } from "node:http";
createServer((_, answer) => answer.end("hello")).listen(Number(process.env.PORT) + Number(process.env.SHIFT ?? 0), process.env.HOST);`,
    });
    await sandbox.cspace(folder, "up", "mercury", "--wait", "3");
  });
  afterAll(async () => {
    console.info(`doctor on a real engine: ${score}`);
    await stopServers();
    await sandbox.cspace(processes, "down");
    await askDaemon(sandbox.home, "POST", "/stop");
    await sandbox.clean();
  });

  test("without one, it names none", async () => {
    await expectHealthy();
    await expectHealthy("web");
    await expectHealthy("sick");
  });

  const daemonOf = (protocol: number): Server =>
    createHttpServer((_, response) => {
      const gateway = { httpPort: null, httpsPort: null, dnsPort: null };
      response.end(JSON.stringify({ pid: 1, version: "99.0.0", protocol, gateway, instances: [], leases: [] }));
    });
  const daemonIn = (folder: string, server: Server) => async (): Promise<void> => {
    mkdirSync(at(folder, "run"), { recursive: true, mode: 0o700 });
    writeFileSync(at(folder, "config.json"), '{ "domains": ["cspace.localhost"] }');
    await serve(server, at(folder, "run/daemon.sock"));
  };
  /** A plugin folder that goes before all others, with a Compose of its own. */
  const composeOf = (script: string) => (): void => {
    mkdirSync(at("plugins/cli-plugins"), { recursive: true });
    writeFileSync(at("plugins/cli-plugins/docker-compose"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };
  /** A file of Traefik's, in the folder that it watches. */
  const shadow = (): string => join(sandbox.home, "proxy/dynamic/own.yml");
  const router = (hostname: string): string => `http:
  routers: { own: { rule: "Host(\`${hostname}\`)", priority: 2147483000, service: own, entryPoints: [web] } }
  services: { own: { loadBalancer: { servers: [{ url: "http://127.0.0.1:9" }] } } }
`;
  /** The engine, by way of somebody who changes what it says of itself. */
  const engineWith = (change: (info: Record<string, unknown>) => void): Server =>
    createHttpServer((asked, answer) => {
      const socketPath = (process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock").replace("unix://", "");
      const { url: path, method, headers } = asked;
      const sent = request({ socketPath, path, method, headers }, (response) => {
        if (!path?.endsWith("/info")) {
          answer.writeHead(response.statusCode ?? 500, response.headers);
          return void response.pipe(answer);
        }
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => {
          const info = JSON.parse(text) as Record<string, unknown>;
          change(info);
          answer.end(JSON.stringify(info));
        });
      });
      asked.pipe(sent);
    });
  const host = (socket: string) => (): Record<string, string> => ({ DOCKER_HOST: `unix://${at(socket)}` });

  test.each<[string, string, Fault]>([
    ["the proxy is paused", "proxy", { inject: () => docker("pause", "cspace-proxy"), mend: fix }],
    ["the proxy is gone", "proxy", { inject: () => docker("rm", "-f", "cspace-proxy"), mend: fix }],
    ["DNS was stopped", "proxy", { inject: () => docker("stop", "cspace-dns"), mend: fix }],
    [
      "a container of somebody else's has the name of DNS",
      "proxy",
      {
        inject: () => {
          docker("rm", "-f", "cspace-dns");
          docker("run", "-d", "--name", "cspace-dns", "busybox:1.37", "sleep", "600");
        },
        mend: async () => {
          docker("rm", "-f", "cspace-dns");
          await fix();
        },
      },
    ],
    [
      "the proxy is of another home",
      "proxy",
      {
        inject: () => {
          mkdirSync(at("second"));
          writeFileSync(at("second/config.json"), '{ "domains": ["cspace.localhost"] }');
        },
        env: () => ({ CSPACE_HOME: at("second") }),
      },
    ],
    [
      "the proxy is not as its configuration says",
      "drift",
      { inject: () => config({ domains: ["cspace.localhost", "other.localhost"] }), mend: () => config() },
    ],
    [
      "the configuration is damaged",
      "home",
      {
        inject: () => writeFileSync(join(sandbox.home, "config.json"), '{ "httpPort": "eighty" }'),
        mend: () => config(),
      },
    ],
    [
      "the home is a file",
      "home",
      { inject: () => writeFileSync(at("file"), ""), env: () => ({ CSPACE_HOME: at("file") }) },
    ],
    ["there is no engine", "engine", { env: () => ({ DOCKER_HOST: "unix:///nowhere.sock" }) }],
    [
      "the engine hangs",
      "engine",
      {
        inject: () =>
          serve(
            createServer(() => undefined),
            at("hangs.sock"),
          ),
        env: host("hangs.sock"),
      },
    ],
    [
      "what answers is no engine",
      "engine",
      {
        inject: () =>
          serve(
            createHttpServer((_, answer) => answer.writeHead(500).end("no")),
            at("wrong.sock"),
          ),
        env: host("wrong.sock"),
      },
    ],
    ["the engine is on another machine", "engine", { env: () => ({ DOCKER_HOST: "tcp://192.0.2.1:2375" }) }],
    ["the context does not exist", "engine", { env: () => ({ DOCKER_HOST: "", DOCKER_CONTEXT: "nowhere" }) }],
    [
      "Docker's own configuration is damaged",
      "engine",
      {
        inject: () => {
          mkdirSync(at("docker"));
          writeFileSync(at("docker/config.json"), "{");
        },
        env: () => ({ DOCKER_HOST: "", DOCKER_CONFIG: at("docker") }),
      },
    ],
    ["Compose is broken", "compose", { inject: composeOf("exit 1"), env: () => ({ DOCKER_CONFIG: at("plugins") }) }],
    [
      "Compose is too old",
      "compose",
      {
        inject: composeOf(
          `case "$*" in *docker-cli-plugin-metadata*) echo '{"SchemaVersion":"0.1.0","Vendor":"D","Version":"v2.0.0"}';; *) echo 2.0.0;; esac`,
        ),
        env: () => ({ DOCKER_CONFIG: at("plugins") }),
      },
    ],
    [
      "the engine's clock is behind",
      "clock",
      {
        inject: () =>
          serve(
            engineWith((info) => {
              info.SystemTime = new Date(Date.now() - 120_000).toISOString();
            }),
            at("late.sock"),
          ),
        env: host("late.sock"),
      },
    ],
    [
      "no network is left",
      "subnets",
      {
        inject: () => {
          config({ networkPool: "10.214.77.0/26" });
          docker("network", "create", "--subnet", "10.214.77.0/26", `${prefix}faults-all`);
        },
        mend: () => {
          docker("network", "rm", `${prefix}faults-all`);
          config();
        },
      },
    ],
    [
      "another version is on PATH",
      "programs",
      {
        inject: () => {
          mkdirSync(at("other/bin"), { recursive: true });
          writeFileSync(at("other/package.json"), '{ "name": "@cspace/cli", "version": "99.0.0" }');
          writeFileSync(at("other/bin/cspace"), "", { mode: 0o755 });
        },
        env: () => ({ PATH: `${at("other/bin")}:${process.env.PATH}` }),
      },
    ],
    [
      "programs are sent to a proxy for everything",
      "proxy-variables",
      { env: () => ({ http_proxy: "http://proxy.test:3128", no_proxy: "" }) },
    ],
    [
      "the daemon is of a newer version",
      "daemon",
      {
        inject: daemonIn("newer", daemonOf(99)),
        env: () => ({ CSPACE_HOME: at("newer"), DOCKER_HOST: "unix:///none" }),
      },
    ],
    [
      "the daemon is silent",
      "daemon",
      {
        inject: daemonIn(
          "silent",
          createServer(() => undefined),
        ),
        env: () => ({ CSPACE_HOME: at("silent"), DOCKER_HOST: "unix:///none" }),
      },
    ],
    [
      "what sleeps has nobody to wake it",
      "daemon",
      {
        inject: async () => {
          await sandbox.cspace(calm, "up", "mercury");
          await sandbox.cspace(calm, "sleep");
          process.kill((await askDaemon(sandbox.home, "GET", "/status"))?.pid ?? 0, "SIGKILL");
          await until(5000, async () => (await askDaemon(sandbox.home, "GET", "/status")) === undefined);
        },
        mend: async () => {
          await fix();
          await sandbox.cspace(calm, "down");
        },
      },
    ],
    [
      "the proxy left the instance's network",
      "route.web.network",
      {
        inject: () => docker("network", "disconnect", `cspace-${name}`, "cspace-proxy"),
        mend: () => sandbox.cspace(folder, "up", "web"),
        label: "web",
      },
    ],
    [
      "somebody's own router goes before it",
      "route.web.router",
      {
        inject: () => writeFileSync(shadow(), router(`web.mercury.${name}.cspace.localhost`)),
        mend: () => rmSync(shadow()),
        label: "web",
      },
    ],
    [
      "the container was killed",
      "route.web.container",
      { inject: () => docker("kill", container("web")), mend: () => sandbox.cspace(folder, "up", "web"), label: "web" },
    ],
    [
      "the container is paused",
      "route.web.container",
      {
        inject: () => docker("pause", container("web")),
        mend: () => docker("unpause", container("web")),
        label: "web",
      },
    ],
    [
      "its health check fails",
      "route.sick.container",
      {
        inject: async () => {
          docker("exec", container("sick"), "rm", "/tmp/well");
          await until(
            10_000,
            async () => docker("inspect", "-f", "{{.State.Health.Status}}", container("sick")) === "unhealthy",
          );
        },
        mend: () => docker("exec", container("sick"), "touch", "/tmp/well"),
        label: "sick",
      },
    ],
    [
      "nothing runs",
      "route.web.instance",
      {
        inject: () => sandbox.cspace(folder, "stop"),
        mend: () => sandbox.cspace(folder, "start", "--wait", "3"),
        label: "web",
      },
    ],
    [
      "the directory is gone",
      "route.web.instance",
      {
        inject: () => renameSync(folder, `${folder}-away`),
        mend: () => renameSync(`${folder}-away`, folder),
        label: "web",
        elsewhere: ["--project", name, "--instance", "mercury"],
      },
    ],
  ])("%s", async (_, expected, fault) => {
    let named: string | undefined;
    try {
      await fault.inject?.();
      // What was told to the proxy takes it a moment.
      await until(fault.inject === undefined ? 0 : 4000, async () => {
        named = await first(fault);
        return named === expected;
      }).catch(() => undefined);
    } finally {
      await stopServers();
      await fault.mend?.();
      rmSync(at("plugins"), { recursive: true, force: true });
    }
    score.fault(expected, named);
    expect(named).toBe(expected);
    await expectHealthy(fault.label);
  });

  test.each(Object.entries(wrongServers))("a server that is wrong: %s", async (label, expected) => {
    const named = await first({ label });
    score.fault(expected, named);
    expect(named).toBe(expected);
  });

  test("processes: one that ended, and one that does not listen", async () => {
    const ask = async (): Promise<string | undefined> => first({ label: "dev", elsewhere: ["--cwd", processes] });
    await sandbox.cspace(processes, "up", "mercury");
    expect(await ask()).toBeUndefined();
    score.healthy(undefined);
    for (const [text, expected] of [
      ["process.exit(3)", "route.dev.instance"],
      ["setInterval(() => {}, 1000)", "route.dev.listening"],
    ] as const) {
      writeFileSync(join(processes, "server.mjs"), text);
      await sandbox.cspace(processes, "restart", "--wait", "2");
      const named = await ask();
      score.fault(expected, named);
      expect(named).toBe(expected);
    }
  });

  test.skipIf(process.getuid?.() !== 0)("the proxy's port is another's (needs root, for port 80)", async () => {
    docker("rm", "-f", "cspace-proxy");
    await serve(
      createServer((socket) => socket.destroy()),
      80,
    );
    const checks = await doctor({});
    await stopServers();
    await fix();
    score.fault("proxy", firstFinding(checks)?.id);
    expect(firstFinding(checks)).toMatchObject({
      id: "proxy",
      message: expect.stringContaining("port 80 is held by node"),
    });
    await expectHealthy();
  });
});
