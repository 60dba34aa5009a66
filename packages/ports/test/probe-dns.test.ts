import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";
import { probeDns } from "@cspace/ports";
import { expect, onTestFinished, test } from "vitest";

/** A DNS that answers every question with these addresses. */
async function startDns(addresses: readonly (readonly number[])[]): Promise<number> {
  const socket = createSocket("udp4");
  socket.on("message", (question, { port, address }) => {
    const header = Buffer.from(question.subarray(0, 12));
    header.set([0x84, 0, 0, 1, 0, addresses.length, 0, 0, 0, 0], 2);
    const asked = question.subarray(12, question.indexOf(0, 12) + 5);
    const answers = addresses.map((bytes) => Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...bytes]));
    socket.send(Buffer.concat([header, asked, ...answers]), port, address);
  });
  await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
  onTestFinished(() => void socket.close());
  return (socket.address() as AddressInfo).port;
}

const name = "dev.mercury.p.cspace.local";

test("an answer of 127.0.0.1", async () => {
  expect(await probeDns(await startDns([[127, 0, 0, 1]]), name)).toBe(true);
});

test.each([
  ["no address", []],
  ["another address", [[192, 0, 2, 1]]],
  [
    "another address as well",
    [
      [127, 0, 0, 1],
      [192, 0, 2, 1],
    ],
  ],
])("an answer of %s", async (_, addresses) => {
  expect(await probeDns(await startDns(addresses), name)).toBe(false);
});

test("nobody, and somebody who never answers", async () => {
  const silent = createSocket("udp4");
  await new Promise<void>((done) => silent.bind(0, "127.0.0.1", done));
  const { port } = silent.address() as AddressInfo;
  expect(await probeDns(port, name, { timeoutMs: 100 })).toBe(false);
  await new Promise<void>((done) => silent.close(() => done()));
  expect(await probeDns(port, name, { timeoutMs: 100 })).toBe(false);
});
