import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { ClientConnection } from "../src/client/client-connection.ts";
import { parseResponseHead } from "../src/http/response-head.ts";
import { Hub } from "../src/hub.ts";
import { defaultLimits } from "../src/limits.ts";
import { buildRouteTable } from "../src/route-table.ts";
import { keepAliveMs } from "../src/upstream/keep-alive.ts";
import type { UpstreamConnection } from "../src/upstream/upstream-connection.ts";
import { UpstreamPool } from "../src/upstream/upstream-pool.ts";
import { eventually, get, head, hostname, listenRaw, onHeads, openRaw, route, startGateway } from "./harness.ts";
import { HeldSocket } from "./held-socket.ts";

async function openPool(): Promise<{ pool: UpstreamPool; connect: (count: number) => Promise<UpstreamConnection[]> }> {
  const pool = new UpstreamPool(await listenRaw((socket) => socket.resume()), 1_000);
  onTestFinished(() => pool.close());
  return { pool, connect: (count) => Promise.all(Array.from({ length: count }, () => pool.connect())) };
}

test("what has been idle for too long is closed by the sweep, and nothing else", async () => {
  const { pool, connect } = await openPool();
  const [short, long] = await connect(2);
  short?.giveBack(1_000);
  long?.giveBack(60_000);
  pool.sweep(Date.now() + 500);
  expect([short?.socket.destroyed, long?.socket.destroyed]).toEqual([false, false]);
  pool.sweep(Date.now() + 2_000);
  expect([short?.socket.destroyed, long?.socket.destroyed]).toEqual([true, false]);
  expect(pool.take()).toBe(long);
});

test("what has been idle for too long is not taken, even before the sweep", async () => {
  const { pool, connect } = await openPool();
  const [old, young] = await connect(2);
  young?.giveBack(60_000);
  old?.giveBack(1);
  await setTimeout(10);
  expect(pool.take()).toBe(young);
  expect(old?.socket.destroyed).toBe(true);
  expect(pool.take()).toBeUndefined();
});

test("the last that was used is taken first, and what has not rested not at all where it must have", async () => {
  const { pool, connect } = await openPool();
  const [first, second] = await connect(2);
  first?.giveBack(60_000);
  await setTimeout(30);
  second?.giveBack(60_000);
  expect(pool.take(20)).toBe(first);
  expect(pool.take(20)).toBeUndefined();
  expect(pool.take()).toBe(second);
});

test("256 idle connections are kept and no more, and none that is not to be kept", async () => {
  const { pool, connect } = await openPool();
  const all = await connect(258);
  const [never, ...rest] = all;
  never?.giveBack(0);
  for (const one of rest) one.giveBack(60_000);
  expect(all.map(({ socket }) => socket.destroyed).filter(Boolean)).toHaveLength(2);
  expect([never?.socket.destroyed, rest.at(-1)?.socket.destroyed]).toEqual([true, true]);
  await eventually(() => pool.size === 256);
});

test("a pool that is closed closes what is idle and what comes back", async () => {
  const { pool, connect } = await openPool();
  const [idle, busy] = await connect(2);
  idle?.giveBack(60_000);
  pool.close();
  expect([idle?.socket.destroyed, busy?.socket.destroyed]).toEqual([true, false]);
  busy?.giveBack(60_000);
  expect(busy?.socket.destroyed).toBe(true);
});

test.each([
  ["", 4_000],
  ["Keep-Alive: timeout=5", 4_000],
  ["Keep-Alive: max=100, timeout=30", 29_000],
  ["Keep-Alive: timeout=600", 60_000],
  ["Keep-Alive: timeout=1", 0],
  ["Keep-Alive: timeout=0", 0],
  ["Keep-Alive: max=5", 4_000],
  ["Connection: close", 0],
  ["Connection: Close\r\nKeep-Alive: timeout=30", 0],
])("after a response with %j a connection is kept for %i ms", (fields, keepMs) => {
  const lines = ["HTTP/1.1 200 OK", "Content-Length: 0", ...(fields === "" ? [] : [fields])];
  expect(keepAliveMs(parseResponseHead(lines.join("\r\n"), "GET"))).toBe(keepMs);
});

test("a service that keeps connections for a second or less gets each request on a new one", async () => {
  let connections = 0;
  const upstream = await listenRaw((socket) => {
    connections += 1;
    onHeads(socket, () => socket.write("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok"));
  });
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1"));
  await client.until(/ok$/);
  client.send(get("/"));
  await client.closed();
  expect(connections).toBe(2);
});

test("a connection that is made after its client has left is kept for the next one, and carries nothing", async () => {
  const services: Socket[] = [];
  let bytes = 0;
  const upstream = await listenRaw((socket) => {
    services.push(socket);
    socket.on("data", (chunk) => {
      bytes += chunk.length;
    });
  });
  const table = buildRouteTable([route(upstream)], ["cspace.local"]);
  const hub = new Hub(table, defaultLimits, "test");
  onTestFinished(() => hub.drain(0));
  const peer = new HeldSocket();
  new ClientConnection(hub, peer.socket, { address: "127.0.0.1", port: 80, scheme: "http", trustForwarded: false });
  peer.emit("data", Buffer.from(head("GET / HTTP/1.1")));
  peer.destroy();
  const target = table.byHostname.get(hostname);
  if (target === undefined) throw new Error("there is no route");
  let kept: UpstreamConnection | undefined;
  await eventually(() => {
    kept ??= hub.poolOf(target).take();
    return kept !== undefined && services.length === 1;
  });
  expect(kept?.socket.destroyed).toBe(false);
  expect(bytes).toBe(0);
  kept?.socket.destroy();
});
