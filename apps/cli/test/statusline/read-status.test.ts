import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineContainer, type EngineReader, homePaths, openEngineReader } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { buildInstanceLabels, buildLabels } from "@cspace/labels";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { type ReadStatusOptions, readStatus } from "../../src/statusline/read-status.ts";
import type { Status } from "../../src/statusline/render-status.ts";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "cspace-status-")));
  mkdirSync(join(root, "shop/src"), { recursive: true });
  writeFileSync(join(root, "shop/compose.yaml"), "");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const names = { instance: "mercury", project: "shop" };

function container(options: Partial<EngineContainer> = {}): EngineContainer {
  const labels = buildLabels([{ ...names, label: "web", port: 3000 }]);
  return {
    Id: "1",
    Names: ["/shop--mercury-web-1"],
    Image: "node:24",
    State: "running",
    Status: "Up 3 seconds",
    Labels: { ...buildInstanceLabels({ ...names, directory: join(root, "shop") }), ...labels },
    Ports: [{ IP: "127.0.0.1", PrivatePort: 3000, PublicPort: 49153, Type: "tcp" }],
    ...options,
  };
}

/** What the last `up` left in cspace's home. */
function record(): void {
  const folder = join(root, "home/instances/shop/mercury");
  mkdirSync(folder, { recursive: true });
  const record = { directory: join(root, "shop"), ...names, projectName: "shop", instanceName: "mercury" };
  const services = { web: { labels: container().Labels } };
  writeFileSync(join(folder, "compose.override.yml"), JSON.stringify({ "x-cspace": record, services }));
}

/** A proxy, as far as it matters here; without `mark` a server that answers 200 to everything. */
async function serveProxy(mark: string | undefined): Promise<IncomingMessage[]> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    if (mark !== undefined) response.setHeader("X-Cspace-Route", mark);
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  useProxyPort((server.address() as { port: number }).port);
  return asked;
}

function useProxyPort(httpPort: number): void {
  mkdirSync(join(root, "home"), { recursive: true });
  writeFileSync(
    join(root, "home/config.json"),
    JSON.stringify({ httpPort, domains: ["cspace.invalid", "cspace.localhost"] }),
  );
}

/** Answers nobody: a port that accepts and stays silent. */
async function servePaused(): Promise<void> {
  const server = createTcpServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  useProxyPort((server.address() as { port: number }).port);
}

const answers =
  (...containers: EngineContainer[]) =>
  async () => ({ listContainers: async () => containers });
const hangs = async () => ({ listContainers: () => new Promise<never>(() => {}) });
const fails = () => Promise.reject(new CspaceError("CSPACE_ENGINE_NOT_RUNNING", "no Docker engine is running"));

function read(
  openEngine: ReadStatusOptions["openEngine"],
  directory = "shop/src",
  timeoutMs = 1000,
  readHeld?: ReadStatusOptions["readHeld"],
): Promise<Status> {
  return readStatus(async () => [join(root, directory)], {
    paths: homePaths({ env: { CSPACE_HOME: join(root, "home") } }),
    openEngine,
    ...(readHeld === undefined ? {} : { readHeld }),
    platform: "linux",
    homedir: root,
    timeoutMs,
  });
}

const urls = ({ instances }: Status): (string | null)[] =>
  instances.flatMap(({ routes }) => routes.map(({ url }) => url));

test("hostnames where the proxy serves them, and no service is asked anything", async () => {
  const asked = await serveProxy("web--mercury--shop");
  const status = await read(answers(container()));
  expect(status.hint).toBeNull();
  expect(urls(status)[0]).toMatch(/^http:\/\/web\.mercury\.shop\.cspace\.localhost:\d+$/);
  // It is Traefik's to refuse: it hands no such request on.
  expect(asked.map(({ headers }) => headers.upgrade)).toEqual(["\u00a7"]);
});

test("ports of Docker's where another server has the proxy's port, or nobody", async () => {
  await serveProxy(undefined);
  expect(urls(await read(answers(container())))).toEqual(["http://localhost:49153"]);
  await serveProxy("web--venus--shop");
  expect(urls(await read(answers(container())))).toEqual(["http://localhost:49153"]);
  useProxyPort(1);
  expect(urls(await read(answers(container())))).toEqual(["http://localhost:49153"]);
});

test("ports of Docker's where the proxy is paused, in time", async () => {
  await servePaused();
  const begin = performance.now();
  expect(urls(await read(answers(container()), "shop", 150))).toEqual(["http://localhost:49153"]);
  expect(performance.now() - begin).toBeLessThan(1000);
});

test("an instance that does not run is a hint", async () => {
  const stopped = container({ State: "exited", Status: "Exited (0) 3 seconds ago", Ports: [] });
  expect(await read(answers(stopped))).toMatchObject({ hint: "mercury is not running: cspace up mercury" });
  expect(urls(await read(answers(stopped)))).toEqual([]);
});

test("one that sleeps, whose URLs are not found in time, is a hint of its own", async () => {
  record();
  await servePaused();
  const asleep = { ...names, since: "2026-01-01T00:00:00Z", savedBytes: 1, form: "stop", endpoint: null } as const;
  writeFileSync(
    join(root, "home/instances/shop/mercury/asleep.json"),
    JSON.stringify({ ...asleep, containers: [], routes: [], processes: [] }),
  );
  const stopped = container({ State: "exited", Status: "Exited (0) 3 seconds ago", Ports: [] });
  const late = async () => ({
    listContainers: () => new Promise<EngineContainer[]>((done) => setTimeout(done, 60, [stopped])),
  });
  expect(await read(late, "shop", 150)).toMatchObject({ hint: "mercury is asleep: cspace wake mercury" });
});

test("a project without an instance is a hint, another directory is nothing", async () => {
  expect(await read(answers())).toEqual({ instances: [], hint: "no instance here yet: cspace up" });
  mkdirSync(join(root, "notes/.git"), { recursive: true });
  expect(await read(answers(container()), "notes")).toEqual({ instances: [], hint: null });
  expect(await read(answers(container()), "gone")).toEqual({ instances: [], hint: null });
});

test("a checkout within another is not taken for it", async () => {
  mkdirSync(join(root, "shop/worktrees/a"), { recursive: true });
  writeFileSync(join(root, "shop/worktrees/a/compose.yaml"), "");
  expect(urls(await read(answers(container()), "shop/worktrees/a"))).toEqual([]);
});

test("an engine that hangs leaves what was started, where the proxy serves it", async () => {
  await serveProxy("web--mercury--shop");
  record();
  expect(urls(await read(hangs))[0]).toMatch(/^http:\/\/web\.mercury\.shop\.cspace\.localhost:\d+$/);
  expect(urls(await read(fails))[0]).toMatch(/^http:\/\/web\.mercury\.shop\.cspace\.localhost:\d+$/);
});

test("where neither the engine nor the proxy says anything, the hint says why", async () => {
  await servePaused();
  record();
  expect(await read(hangs, "shop", 150)).toMatchObject({ hint: "Docker does not answer" });
  expect(await read(fails, "shop", 150)).toMatchObject({ hint: "no Docker engine is running" });
});

test.each([
  ["with a record", record],
  ["without one", () => {}],
])("an engine that answers late is heard all the same, %s", async (_, prepare) => {
  prepare();
  useProxyPort(1);
  const late = async () => {
    await new Promise((done) => setTimeout(done, 600));
    return { listContainers: async () => [container()] };
  };
  expect(urls(await read(late))).toEqual(["http://localhost:49153"]);
});

test("an engine that hangs has the same words when it is the first that is given up", async () => {
  const socketPath = join(root, "docker.sock");
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => void sockets.push(socket)).listen(socketPath);
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const openEngine = (): Promise<EngineReader> =>
    openEngineReader({ env: { DOCKER_HOST: `unix://${socketPath}` }, timeoutMs: 50 });
  expect(await read(openEngine, "shop", 1000)).toMatchObject({ hint: "Docker does not answer" });
});

test("without a record, an engine that hangs is the hint", async () => {
  expect(await read(hangs, "shop", 150)).toEqual({ instances: [], hint: "Docker does not answer" });
  expect(await read(hangs, "gone", 150)).toEqual({ instances: [], hint: null });
});

test("without a record, a machine without an engine says nothing of it, but in a project of cspace's", async () => {
  expect(await read(fails)).toEqual({ instances: [], hint: null });
  writeFileSync(join(root, "shop/.cspace.json"), "{}");
  expect(await read(fails)).toEqual({ instances: [], hint: "no Docker engine is running" });
});

test("settings that are damaged are an error", async () => {
  mkdirSync(join(root, "home"), { recursive: true });
  writeFileSync(join(root, "home/config.json"), "{");
  await expect(read(answers(container()))).rejects.toMatchObject({ code: "CSPACE_CONFIG_INVALID" });
});

test("processes of the host are shown without an engine, and beside containers", async () => {
  const asked = await serveProxy("docs--mercury--shop");
  const record = { directory: join(root, "shop"), ...names, projectName: "shop", instanceName: "mercury" };
  const route = {
    label: "docs",
    command: "vite",
    port: 5173,
    askedPort: 5173,
    host: "127.0.0.1",
    state: "up",
  } as const;
  const held = [{ record, routes: [{ ...route, error: null, startedAt: 0, leased: false }] }];
  const readHeld = async () => held;
  const docs = /^http:\/\/docs\.mercury\.shop\.cspace\.localhost:\d+$/;
  expect(urls(await read(fails, "shop", 1000, readHeld))).toEqual([expect.stringMatching(docs)]);
  expect(urls(await read(answers(container()), "shop", 1000, readHeld))).toEqual([
    expect.stringMatching(docs),
    "http://localhost:49153",
  ]);
  // The gateway is asked, that Traefik may hand on to; of a container Traefik itself.
  expect(asked.map(({ headers }) => headers.upgrade)).toEqual(["/", expect.any(String), expect.any(String)]);
  expect(new Set(asked.slice(1).map(({ headers }) => headers.upgrade))).toEqual(new Set(["/", "\u00a7"]));
});

test.each([
  ["with a record", record],
  ["without one", () => {}],
])("a daemon that hangs holds back nothing of what Docker says, %s", async (_, prepare) => {
  prepare();
  useProxyPort(1);
  const silent = () => new Promise<never>(() => {});
  expect(urls(await read(answers(container()), "shop", 300, silent))).toEqual(["http://localhost:49153"]);
  writeFileSync(join(root, "shop/.cspace.json"), "{}");
  expect(await read(fails, "shop", 300, silent)).toMatchObject({ hint: "no Docker engine is running" });
});
