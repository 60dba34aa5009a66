import { setImmediate } from "node:timers/promises";
import type { GatewayRoute } from "@cspace/gateway";
import { expect, onTestFinished, test, vi } from "vitest";
import { ClientConnection } from "../src/client/client-connection.ts";
import { Hub } from "../src/hub.ts";
import { defaultLimits } from "../src/limits.ts";
import { buildRouteTable } from "../src/route-table.ts";
import { head, listenRaw, route } from "./harness.ts";
import { HeldSocket } from "./held-socket.ts";

const { idleTimeoutMs, stallTimeoutMs } = defaultLimits;

function connection(routes: readonly GatewayRoute[] = []): { hub: Hub; peer: HeldSocket; client: ClientConnection } {
  const hub = new Hub(buildRouteTable(routes, ["cspace.local"]), defaultLimits, "test");
  const peer = new HeldSocket();
  const client = new ClientConnection(hub, peer.socket, {
    address: "127.0.0.1",
    port: 80,
    scheme: "http",
    trustForwarded: false,
  });
  return { hub, peer, client };
}

test("what a client has not read of a complete response is kept for it, and then it is given time to close", async () => {
  const { hub, peer, client } = connection();
  for (const piece of ["one", "two", "three"]) client.write(Buffer.from(piece));
  client.exchangeDone(true);
  for (let taken = 0; taken < 2; taken += 1) {
    peer.takePiece();
    await setImmediate();
    hub.sweep(client.deadline);
    expect(peer.destroyed).toBe(false);
  }
  peer.takePiece();
  await setImmediate();
  expect(peer.writableFinished).toBe(true);
  hub.sweep(Date.now() + 1_000);
  expect(peer.destroyed).toBe(false);
  hub.sweep(Date.now() + 3_000);
  expect(peer.destroyed).toBe(true);
});

test("a kept connection is not idle while its client has something to read", async () => {
  const { hub, peer, client } = connection();
  client.write(Buffer.from("one"));
  client.write(Buffer.from("two"));
  client.exchangeDone(false);
  hub.sweep(Date.now() + idleTimeoutMs + 1);
  expect(peer.destroyed).toBe(false);
  peer.takePiece();
  await setImmediate();
  hub.sweep(client.deadline);
  expect(peer.destroyed).toBe(false);
  peer.takePiece();
  await setImmediate();
  hub.sweep(client.deadline);
  expect(peer.destroyed).toBe(true);
});

test.each([true, false])("a client that never reads is given up in the end (told to close: %s)", (close) => {
  const { hub, peer, client } = connection();
  client.write(Buffer.from("one"));
  client.exchangeDone(close);
  const begin = Date.now();
  for (let looks = 0; looks < 3 && !peer.destroyed; looks += 1) hub.sweep(client.deadline);
  expect(peer.destroyed).toBe(true);
  expect(client.deadline).toBeLessThanOrEqual(begin + 2 * stallTimeoutMs + 1_000);
});

test("a client that has closed its half is given up when nothing comes for it within ten seconds", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  let asked = false;
  const upstream = await listenRaw((socket) => {
    socket.once("data", () => {
      asked = true;
    });
  });
  const { hub, peer } = connection([route(upstream)]);
  peer.push(head("GET / HTTP/1.1"));
  peer.push(null);
  await expect.poll(() => asked).toBe(true);
  let seconds = 0;
  for (; seconds < 60 && !peer.destroyed; seconds += 1) {
    vi.setSystemTime(Date.now() + 1_000);
    hub.sweep(Date.now());
  }
  expect(seconds).toBeGreaterThanOrEqual(10);
  expect(seconds).toBeLessThan(15);
});
