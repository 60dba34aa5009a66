import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createDaemonClient } from "../../src/client/daemon-client.ts";
import { createHolder, type Holder } from "../../src/hold/holder.ts";
import { type DaemonStatus, protocolVersion, type WatchRequest } from "../../src/protocol.ts";
import { serveDaemon } from "../../src/socket/serve-daemon.ts";

const record = { project: "shop", instance: "mercury", projectName: "s", instanceName: "m", directory: "/s" };
const lease = { record, label: "dev", port: 3000, command: "node" };
const gateway = { httpPort: 8088, dnsPort: null, domains: ["cspace.local"], notes: [] };

let folder: string;
let socket: string;
let server: Server;
let holder: Holder;
let stops: number;
let stays: number;
let handOver: () => Promise<void>;

let watched: WatchRequest[] = [];
let engines: string[] = [];
let slept: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cspace-daemon-"));
  socket = join(folder, "daemon.sock");
  [stops, stays, watched, engines, slept] = [0, 0, [], [], []];
  holder = createHolder({
    startProcess: (_, { port }) => ({
      state: "up",
      port,
      host: "127.0.0.1",
      error: null,
      pid: null,
      lastLines: async (count) => ["one", "two", "three"].slice(-count),
      stop: async () => undefined,
      handOver: async () => null,
    }),
    onRoutes: () => undefined,
    onEmpty: () => undefined,
  });
  const status = (): DaemonStatus => ({
    protocol: protocolVersion,
    version: "0",
    pid: 1,
    gateway,
    instances: holder.list(),
  });
  const direct = {
    open: async () => ({ ...gateway, dnsPort: 5300 }),
    release: async () => undefined,
    certificates: { refresh: async () => undefined, notes: () => [], settled: async () => undefined },
  };
  const front = { open: async () => 41_000 };
  server = await serveDaemon({
    socket,
    holder,
    direct,
    front,
    engines: { watch: (endpoint) => engines.push(endpoint) },
    watcher: { watch: (request) => watched.push(request) },
    sleep: {
      refresh: async () => void slept.push("refresh"),
      sleep: async ({ instance, form, endpoint }) => void slept.push(`sleep ${instance} ${form} ${endpoint}`),
      wake: async ({ instance }) => slept.push(`wake ${instance}`) > 0,
      hold: ({ instance }) => {
        slept.push(`hold ${instance}`);
        return () => void slept.push(`release ${instance}`);
      },
    },
    status,
    onStay: () => (stays += 1),
    onStop: () => (stops += 1),
    onHandOver: () => handOver(),
  });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test("instances are put to sleep, woken, and kept awake as long as a connection", async () => {
  const names = { project: "p", instance: "mercury" };
  expect(await client().sleep({ ...names, form: "pause", endpoint: "unix:///x.sock" })).toBe(false);
  expect(await client().wake(names)).toBe(true);
  expect(await client().refreshSleepers()).toBe(true);
  const hold = await client().hold(names);
  await expect.poll(() => slept.at(-1)).toBe("hold mercury");
  hold.release();
  await expect.poll(() => slept.at(-1)).toBe("release mercury");
  expect(slept.slice(0, 3)).toEqual(["sleep mercury pause unix:///x.sock", "wake mercury", "refresh"]);
});

test("it is told on which engine containers of instances run", async () => {
  await client().watchEngine("unix:///engine.sock");
  expect(engines).toEqual(["unix:///engine.sock"]);
});

test("routes of containers are watched", async () => {
  const request = { project: "shop", instance: "mercury", labels: ["web"], endpoint: "unix:///engine.sock" };
  await client().watch(request);
  expect(watched).toEqual([request]);
  await expect(client().watch({ ...request, project: "../x" })).rejects.toThrow("is no instance");
});

const client = () => createDaemonClient(socket, { timeoutMs: 2000 });
const labels = (): string[] => holder.list().flatMap(({ routes }) => routes.map(({ label }) => label));

test("the socket is this user's alone", () => {
  expect(statSync(socket).mode & 0o777).toBe(0o600);
});

test("processes are started, listed and stopped", async () => {
  const process = { label: "dev", command: "x", cwd: "/", env: {}, inherited: {}, port: 4000, domains: [] };
  const { instances } = await client().start({ record, processes: [process] });
  expect(instances).toMatchObject([{ record, routes: [{ label: "dev", port: 4000 }] }]);
  expect(await client().stop(record)).toBe(true);
  expect(await client().stop(record)).toBe(false);
});

test("what a process refuses is kept as long as it runs", async () => {
  const process = { label: "dev", command: "x", cwd: "/", env: {}, inherited: {}, port: 4000, domains: [] };
  await client().start({ record, processes: [process] });
  await client().refuse({ ...record, label: "dev", hostnames: ["a.b.c.test"] });
  await client().refuse({ ...record, label: "other", hostnames: ["x"] });
  const routes = async () => (await client().status()).instances[0]?.routes;
  expect(await routes()).toMatchObject([{ refused: ["a.b.c.test"] }]);
  await client().start({ record, processes: [{ ...process, command: "y" }] });
  expect(await routes()).toMatchObject([{ refused: [] }]);
});

test("a lease lasts as long as its connection, whoever ends that", async () => {
  const held = await client().lease(lease);
  expect(labels()).toEqual(["dev"]);
  expect(await client().lease(lease)).toBeUndefined();
  held?.release();
  await vi.waitFor(() => expect(labels()).toEqual([]));

  const again = await client().lease(lease);
  server.closeAllConnections();
  await again?.lost;
  await vi.waitFor(() => expect(labels()).toEqual([]));
});

test("a lease ends with a holder that is killed", async () => {
  const script = `require("http").request({ socketPath: ${JSON.stringify(socket)}, method: "POST", path: "/leases" }, () => {
    console.log("held");
  }).end(${JSON.stringify(JSON.stringify(lease))});`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((done) => child.stdout.once("data", done));
  expect(labels()).toEqual(["dev"]);
  child.kill("SIGKILL");
  await vi.waitFor(() => expect(labels()).toEqual([]));
});

test("requests that are none are refused, and nothing comes of them", async () => {
  const bad = { ...record, project: "../x" };
  await expect(client().start({ record: bad, processes: [] })).rejects.toThrow("is no instance");
  await expect(client().lease({ ...lease, record: bad })).rejects.toThrow("is no instance");
  await expect(client().stop(bad)).rejects.toThrow();
  expect(labels()).toEqual([]);
  expect((await client().status()).protocol).toBe(protocolVersion);
});

test("only who is about to ask for more keeps it from ending", async () => {
  await client().status();
  expect(stays).toBe(0);
  await client().status({ stay: true });
  expect([stays, stops]).toEqual([1, 0]);
});

describe("while it is handed over", () => {
  const process = { label: "dev", command: "x", cwd: "/", env: {}, inherited: {}, port: 4000, domains: [] };
  const begin = async (): Promise<{ done: Promise<unknown>; settle: (error?: Error) => void }> => {
    let settle = (_error?: Error): void => undefined;
    const begun = new Promise<void>((resolve) => {
      handOver = () =>
        new Promise((done, fail) => {
          settle = (error) => (error === undefined ? done() : fail(error));
          resolve();
        });
    });
    const done = client().handOver({ command: ["node"], env: {} });
    await begun;
    return { done, settle };
  };

  test("nothing changes, and what is asked of it afterwards is for another one", async () => {
    const { done, settle } = await begin();
    const asked = client().start({ record, processes: [process] });
    expect((await client().status()).instances).toEqual([]);
    settle();
    await done;
    await expect(asked).rejects.toMatchObject({ code: "CSPACE_DAEMON_REPLACED" });
    await expect(client().handOver({ command: ["node"], env: {} })).rejects.toMatchObject({
      code: "CSPACE_DAEMON_REPLACED",
    });
    expect(labels()).toEqual([]);
  });

  test("what was asked meanwhile is done when that fails, and it may be tried again", async () => {
    const { done, settle } = await begin();
    const asked = client().start({ record, processes: [process] });
    settle(new Error("it does not start"));
    await expect(done).rejects.toThrow("it does not start");
    await asked;
    expect(labels()).toEqual(["dev"]);
    handOver = async () => undefined;
    await client().handOver({ command: ["node"], env: {} });
  });
});

test("nobody there is the system's error", async () => {
  const nobody = createDaemonClient(join(folder, "none.sock"), { timeoutMs: 500 });
  await expect(nobody.status()).rejects.toMatchObject({ code: "ENOENT" });
});

test("a daemon that stops in the middle of its answer is one that does not answer", async () => {
  const half = createServer((_, response) => void response.write('{"protocol":'));
  const path = join(folder, "half.sock");
  await new Promise<void>((done) => half.listen(path, done));
  onTestFinished(() => {
    half.closeAllConnections();
    half.close();
  });
  await expect(createDaemonClient(path, { timeoutMs: 100 }).status()).rejects.toMatchObject({ code: "ETIMEDOUT" });
});
