import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isPortFree } from "@cspace/ports";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CliRun,
  createSandbox,
  docker,
  engineAnswers,
  get,
  httpService,
  prefix,
  removeLeftovers,
} from "./harness.ts";
import { startCspace } from "./processes.ts";

if (engineAnswers) removeLeftovers();
const standardPorts = [
  [80, "tcp"],
  [8088, "tcp"],
  [53, "udp"],
  [5300, "udp"],
] as const;
const portsAreFree =
  engineAnswers &&
  (await Promise.all(standardPorts.map(([port, protocol]) => isPortFree(port, { protocol })))).every(
    (state) => state !== "taken",
  );
const isRoot = process.getuid?.() === 0;
const holder = `${prefix}holder`;
const name = `${prefix}ports`;
const host = `web.mercury.${name}.cspace.local`;

describe.skipIf(!portsAreFree)("the proxy's ports (needs 80, 8088, 53 and 5300 to be free)", () => {
  const sandbox = createSandbox();
  const folder = sandbox.project(name, {
    "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]')}`,
  });
  const config = (): Record<string, unknown> => {
    const path = join(sandbox.home, "config.json");
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  };
  const proxyId = (): string => docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", "cspace-proxy");
  const status = async (): Promise<Record<string, unknown>> =>
    (await sandbox.json(folder, "proxy", "status")).proxy as unknown as Record<string, unknown>;
  const urlInside = (): string =>
    docker("exec", `${name}--mercury-web-1`, "sh", "-c", 'echo "$CSPACE_SERVICE_WEB_URL"');
  const askInside = (url: string): string =>
    docker("exec", `${name}--mercury-web-1`, "timeout", "5", "wget", "-qO-", url);
  const resolve4 = async (port: number): Promise<string[]> => {
    const resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([`127.0.0.1:${port}`]);
    return await resolver.resolve4(host);
  };
  const errorOf = (run: CliRun): { code: string; message: string; hint: string } => JSON.parse(run.out).error;

  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  it("takes the next port where a container holds the first, and says which container", async () => {
    const ports = ["-p", "127.0.0.1:80:80", "-p", "127.0.0.1:53:53/udp"];
    docker("run", "-d", "--init", "--name", holder, ...ports, "busybox:1.37", "sleep", "600");
    const run = await sandbox.cspace(folder, "up", "--json");
    expect(run).toMatchObject({ code: 0 });
    expect(run.err).toContain(`port 80 on 127.0.0.1 is taken by the container ${holder}; HTTP is on port 8088\n`);
    expect(run.err).toContain(`port 53 on 127.0.0.1 is taken by the container ${holder}; DNS is on port 5300\n`);
    const [route] = JSON.parse(run.out).instance.routes;
    expect(route).toMatchObject({ browserUrl: `http://web.mercury.${name}.cspace.localhost:8088`, health: "up" });
    expect(await get(8088, host)).toMatchObject({ status: 200, route: `web--mercury--${name}` });
    expect(await resolve4(5300)).toEqual(["127.0.0.1"]);
    expect(config()).toEqual({ httpPort: 8088, dnsPort: 5300 });
  });

  it("carries the port into the URLs inside the containers, where they open", () => {
    expect(urlInside()).toBe(`http://${host}:8088`);
    expect(askInside(urlInside())).toBe("web-3000-mercury");
  });

  it("stays where it is when the first port is free again", async () => {
    docker("rm", "-f", holder);
    const before = proxyId();
    const run = await sandbox.cspace(folder, "up", "--json");
    expect(run.err).not.toContain("is taken");
    expect(JSON.parse(run.out).steps[0]).toMatchObject({ name: "proxy", status: "unchanged" });
    expect(proxyId()).toBe(before);
  });

  it("goes back with auto, and the next up carries the URL into the containers", async () => {
    const { proxy } = await sandbox.json(folder, "proxy", "up", "--http-port", "auto", "--dns-port", "auto");
    expect(proxy).toMatchObject({ state: "running", httpPort: 80, dnsPort: 53 });
    expect(config()).toEqual({});
    await sandbox.json(folder, "up");
    expect(urlInside()).toBe(`http://${host}`);
    expect(askInside(urlInside())).toBe("web-3000-mercury");
    await expect(get(8088, host)).rejects.toThrow("ECONNREFUSED");
  });

  it("refuses a port that a process holds, naming it, and leaves the proxy and its settings as they are", async () => {
    await withTcp(0, async (port) => {
      const before = proxyId();
      const run = await sandbox.cspace(folder, "proxy", "up", "--http-port", `${port}`, "--json");
      expect(run.code).toBe(1);
      expect(errorOf(run)).toEqual({
        code: "CSPACE_PORT_TAKEN",
        message: expect.stringMatching(
          new RegExp(`^port ${port} on 127\\.0\\.0\\.1 is taken by .+ \\(pid ${process.pid}\\)$`),
        ),
        hint: "stop it, or let cspace choose: cspace proxy up --http-port auto",
      });
      expect(proxyId()).toBe(before);
      expect(config()).toEqual({});
      expect((await sandbox.json(folder, "up")).steps).toMatchObject([
        { name: "proxy", status: "unchanged" },
        {},
        {},
        {},
        {},
        {},
        {},
      ]);
    });
  });

  describe("ports that were named", () => {
    let ports: [number, number] = [0, 0];
    beforeAll(async () => {
      ports = [await freePort(), await freePort()];
      await sandbox.json(folder, "proxy", "up", "--http-port", `${ports[0]}`, "--dns-port", `${ports[1]}`);
      await sandbox.json(folder, "proxy", "down");
    });

    it("are kept while the proxy is down, and who took the one for HTTP is named", async () => {
      expect(config()).toEqual({ httpPort: ports[0], dnsPort: ports[1] });
      await withTcp(ports[0], async () => {
        const run = await sandbox.cspace(folder, "up", "--json");
        expect(run.code).toBe(1);
        const message = expect.stringContaining(`port ${ports[0]} on 127.0.0.1 is taken by `);
        expect(errorOf(run)).toMatchObject({ code: "CSPACE_PORT_TAKEN", message });
      });
      expect(await status()).toMatchObject({ state: "stopped", httpPort: null });
    });

    it("let the proxy go on without DNS while its port is taken, call that no change, and are had back later", async () => {
      await withUdp(ports[1], async () => {
        const first = await sandbox.cspace(folder, "up", "--json");
        expect(first.code).toBe(0);
        expect(first.err).toMatch(
          new RegExp(`port ${ports[1]} on 127\\.0\\.0\\.1 is taken by .+; the proxy goes on without DNS`),
        );
        expect(await status()).toMatchObject({ state: "degraded", httpPort: ports[0], dnsPort: null, dnsEngine: null });
        const second = JSON.parse((await sandbox.cspace(folder, "up", "--json")).out);
        expect(second.steps[0]).toMatchObject({ name: "proxy", status: "unchanged" });
        const asked = await sandbox.cspace(folder, "proxy", "up", "--dns-port", `${ports[1]}`, "--json");
        const hint = expect.stringContaining("--dns-port auto");
        expect({ code: asked.code, error: errorOf(asked) }).toMatchObject({
          code: 1,
          error: { code: "CSPACE_PORT_TAKEN", hint },
        });
      });
      await sandbox.json(folder, "up");
      expect(await status()).toMatchObject({ state: "running", httpPort: ports[0], dnsPort: ports[1] });
      expect(await resolve4(ports[1])).toEqual(["127.0.0.1"]);
    });
  });

  it("refuses a port that is none", async () => {
    for (const port of ["0", "65536", "http", "-1", "80.5"]) {
      const run = await sandbox.cspace(folder, "proxy", "up", `--http-port=${port}`, "--json");
      expect({ port, code: run.code, error: errorOf(run).code }).toEqual({ port, code: 2, error: "CSPACE_USAGE" });
    }
  });

  it.skipIf(!isRoot)("names a process and a container that hold a port each (needs root to bind 80)", async () => {
    await sandbox.json(folder, "proxy", "down");
    rmSync(join(sandbox.home, "config.json"), { force: true });
    docker("run", "-d", "--init", "--name", holder, "-p", "127.0.0.1:8088:80", "busybox:1.37", "sleep", "600");
    await withTcp(80, async () => {
      const run = await sandbox.cspace(folder, "proxy", "up", "--json");
      expect(run.err).toMatch(
        new RegExp(`port 80 on 127\\.0\\.0\\.1 is taken by .+ \\(pid ${process.pid}\\); HTTP is on port 8880`),
      );
      expect(run.err).toContain(`port 8088 on 127.0.0.1 is taken by the container ${holder}; HTTP is on port 8880`);
      expect(JSON.parse(run.out).proxy.httpPort).toBe(8880);
    });
    docker("rm", "-f", holder);
  });

  describe.skipIf(!isRoot)("for an ordinary user, who cannot test 80 by binding it (needs root to become one)", () => {
    let root = "";
    let home = "";
    const socket = (process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock").slice("unix://".length);
    const user = { uid: 65534, gid: existsSync(socket) ? statSync(socket).gid : 65534 };
    const asUser = async (...args: string[]): Promise<CliRun & { code: number }> => {
      const run = startCspace(args, { ...user, cwd: root, env: { HOME: root, CSPACE_HOME: home } });
      return { code: (await run.ended) as number, ...run.text };
    };

    beforeAll(async () => {
      root = mkdtempSync(join(tmpdir(), "cspace-e2e-"));
      home = join(root, "home");
      chmodSync(root, 0o755);
      chownSync(root, user.uid, user.gid);
      removeLeftovers();
    });
    afterAll(() => rmSync(root, { recursive: true, force: true }));

    it("lets Docker's bind decide, takes the next port and says that another user has the first", async () => {
      await withTcp(80, async () => {
        const run = await asUser("proxy", "up", "--json");
        expect(run.code).toBe(0);
        expect(run.err).toContain("port 80 on 127.0.0.1 is taken by a process of another user; HTTP is on port 8088");
        expect(JSON.parse(run.out).proxy).toMatchObject({ state: "running", httpPort: 8088, dnsPort: 53 });
      });
    });

    it("takes the next port for HTTP and for DNS when Docker refuses both, one after the other", async () => {
      removeLeftovers();
      rmSync(home, { recursive: true, force: true });
      docker("run", "-d", "--init", "--name", holder, "-p", "127.0.0.1:53:53/udp", "busybox:1.37", "sleep", "600");
      await withTcp(80, async () => {
        const run = await asUser("proxy", "up", "--json");
        expect(run.err).toContain("is taken by a process of another user; HTTP is on port 8088\n");
        expect(run.err).toContain(`is taken by the container ${holder}; DNS is on port 5300\n`);
        expect(JSON.parse(run.out).proxy).toMatchObject({ state: "running", httpPort: 8088, dnsPort: 5300 });
      });
      docker("rm", "-f", holder);
    });

    it("brings the running proxy back when Docker refuses the port that was asked for", async () => {
      await withTcp(80, async () => {
        const run = await asUser("proxy", "up", "--http-port", "80", "--json");
        expect(run.code).toBe(1);
        expect(errorOf(run)).toMatchObject({
          code: "CSPACE_PORT_TAKEN",
          message: "port 80 on 127.0.0.1 is taken by a process of another user",
        });
        expect(await get(8088, host)).toMatchObject({ status: 404 });
        expect(JSON.parse((await asUser("proxy", "up", "--json")).out).proxy).toMatchObject({
          state: "running",
          httpPort: 8088,
        });
      });
    });

    it("says what to do about a home that another user made", async () => {
      mkdirSync(join(root, "theirs"), { mode: 0o700 });
      writeFileSync(join(root, "theirs/config.json"), "{}");
      const run = startCspace(["proxy", "up", "--json"], {
        ...user,
        cwd: root,
        env: { HOME: root, CSPACE_HOME: join(root, "theirs") },
      });
      expect(await run.ended).toBe(1);
      expect(JSON.parse(run.text.out).error).toMatchObject({
        code: "CSPACE_HOME_UNWRITABLE",
        message: expect.stringContaining(join(root, "theirs")),
        hint: expect.stringContaining("chown"),
      });
    });
  });
});

/** Runs `work` while this process listens on a port of 127.0.0.1. */
async function withTcp(port: number, work: (port: number) => Promise<void>): Promise<void> {
  const server: Server = createServer();
  await new Promise<void>((done, refuse) => server.once("error", refuse).listen(port, "127.0.0.1", done));
  try {
    const address = server.address();
    await work(typeof address === "object" && address !== null ? address.port : port);
  } finally {
    await new Promise((done) => server.close(done));
  }
}

async function withUdp(port: number, work: () => Promise<void>): Promise<void> {
  const socket = createSocket("udp4");
  await new Promise<void>((done, refuse) => socket.once("error", refuse).bind(port, "127.0.0.1", done));
  try {
    await work();
  } finally {
    await new Promise<void>((done) => socket.close(done));
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  let found = 0;
  await withTcp(0, async (port) => {
    found = port;
  });
  return found;
}
