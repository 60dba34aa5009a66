import { connect, type Socket } from "node:net";
import { setImmediate, setTimeout } from "node:timers/promises";
import { createGateway } from "@cspace/gateway";
import { streamEncode } from "dns-packet";
import { expect, onTestFinished, test } from "vitest";
import { serveDnsStream } from "../src/dns/serve-dns-stream.ts";
import { eventually, listenRaw } from "./harness.ts";
import { HeldSocket } from "./held-socket.ts";

const message = Buffer.from([0, 1, 42]);

/** A client of a stream that answers each message with itself. */
async function openStream(timeoutMs: number): Promise<{ client: Socket; closed: () => boolean }> {
  const port = await listenRaw((socket) => serveDnsStream(socket, (asked) => asked, timeoutMs));
  const client = connect(port, "127.0.0.1").on("error", () => {});
  onTestFinished(() => void client.destroy());
  let closed = false;
  client.resume().on("close", () => {
    closed = true;
  });
  return { client, closed: () => closed };
}

test("a message that comes byte by byte runs out of time, and so does a connection without any", async () => {
  const slow = await openStream(200);
  const silent = await openStream(200);
  slow.client.write(Buffer.from([1, 0]));
  const drip = setInterval(() => slow.client.write("x"), 20);
  onTestFinished(() => clearInterval(drip));
  await eventually(() => slow.closed() && silent.closed(), 1_500);
});

test("a connection on which one message after the other comes stays", async () => {
  const { client, closed } = await openStream(300);
  for (let count = 0; count < 8; count += 1) {
    client.write(message);
    await setTimeout(100);
  }
  expect(closed()).toBe(false);
});

test("who does not read its answers is asked no further, and goes on when it has", async () => {
  const peer = new HeldSocket();
  let asked = 0;
  const big = Buffer.alloc(40_000);
  serveDnsStream(peer.socket, () => {
    asked += 1;
    return big;
  });
  onTestFinished(() => void peer.destroy());
  peer.push(message);
  await setImmediate();
  expect(peer.isPaused()).toBe(true);
  peer.push(message);
  await setImmediate();
  expect(asked).toBe(1);
  peer.takePiece();
  await setImmediate();
  expect(asked).toBe(2);
});

test("there are 128 connections at most, and a place that is free is given again", async () => {
  const gateway = createGateway({ limits: { drainTimeoutMs: 50 } });
  onTestFinished(() => gateway.close());
  const { dnsPort } = await gateway.listen({ httpPort: 0, dnsPort: 0 });
  const question = streamEncode({ type: "query", id: 1, questions: [{ name: "a.cspace.local", type: "A" }] });
  const ask = async (): Promise<{ socket: Socket; answered: boolean }> => {
    const socket = connect(dnsPort ?? 0, "127.0.0.1").on("error", () => {});
    onTestFinished(() => void socket.destroy());
    socket.write(question);
    const answered = new Promise<boolean>((resolve) => {
      socket.once("data", () => resolve(true)).once("close", () => resolve(false));
    });
    return { socket, answered: await answered };
  };
  const first = await Promise.all(Array.from({ length: 128 }, ask));
  expect(first.every(({ answered }) => answered)).toBe(true);
  expect((await ask()).answered).toBe(false);
  first[0]?.socket.destroy();
  await expect.poll(async () => (await ask()).answered).toBe(true);
});
