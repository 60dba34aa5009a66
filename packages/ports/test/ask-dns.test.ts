import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { askDns } from "@cspace/ports";
import { afterEach, expect, test } from "vitest";

let socket: Socket;
afterEach(() => new Promise<void>((done) => socket.close(() => done())));

/** A server of UDP that answers a question with what is given, and its port. */
async function serve(answer: (query: Buffer) => Buffer | undefined): Promise<number> {
  socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const reply = answer(query);
    if (reply !== undefined) socket.send(reply, port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket.address().port;
}

/** RFC 1035, 4.1: the question again, with flags, and an address where there is one. */
function reply(query: Buffer, flags: number, address?: readonly number[]): Buffer {
  const head = Buffer.from(query);
  head.writeUInt16BE(flags, 2);
  head.writeUInt16BE(address === undefined ? 0 : 1, 6);
  head.writeUInt16BE(0, 10);
  let end = 12;
  while (head[end] !== 0) end += (head[end] as number) + 1;
  const question = head.subarray(0, end + 5);
  const record = address === undefined ? [] : [192, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address];
  return Buffer.concat([question, Buffer.from(record)]);
}

test("an answer that leads here, one that leads elsewhere, and a name that is denied", async () => {
  let addresses: readonly number[] | undefined = [127, 0, 0, 1];
  const port = await serve((query) => reply(query, addresses === undefined ? 0x8183 : 0x8180, addresses));
  expect(await askDns(port, "a.test")).toBe("loopback");
  addresses = [192, 0, 2, 1];
  expect(await askDns(port, "a.test")).toBe("other");
  addresses = undefined;
  expect(await askDns(port, "a.test")).toBe("other");
});

test("a question that is swallowed, and a port on which nobody listens", async () => {
  const port = await serve(() => undefined);
  expect(await askDns(port, "a.test", { timeoutMs: 200 })).toBe("timeout");
  const other = createSocket("udp4").bind(0, "127.0.0.1");
  await once(other, "listening");
  const free = other.address().port;
  await new Promise<void>((done) => other.close(() => done()));
  expect(await askDns(free, "a.test", { timeoutMs: 500 })).toBe("refused");
});
