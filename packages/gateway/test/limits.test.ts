import type { Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import {
  ask,
  eventually,
  get,
  head,
  hostname,
  listenHttp,
  listenRaw,
  openRaw,
  route,
  startGateway,
} from "./harness.ts";

const hello = (): Promise<number> => listenHttp((_, response) => response.end("hello"));

test("headers over the limit are refused, those just under it are not", async () => {
  const { port } = await startGateway([route(await listenHttp((_, response) => response.end()))], {
    maxHeaderBytes: 8_192,
  });
  const long = (size: number): string => get("/", `X-Long: ${"x".repeat(size)}`);
  expect(await ask(port, long(8_000))).toContain("200 OK");
  expect(await ask(port, long(8_192))).toMatch(/^HTTP\/1\.1 431 /);
  expect(await ask(port, get(`/${"x".repeat(9_000)}`))).toMatch(/^HTTP\/1\.1 431 /);
  expect(await ask(port, get("/", ...Array.from({ length: 300 }, (_, at) => `X-${at}: x`)))).toMatch(
    /^HTTP\/1\.1 431 /,
  );
});

test("a head without end is refused as soon as it is too long", async () => {
  const { port } = await startGateway([], { maxHeaderBytes: 1_024 });
  const client = await openRaw(port);
  client.send(`GET / HTTP/1.1\r\nX: ${"x".repeat(2_000)}`);
  expect(await client.closed()).toMatch(/^HTTP\/1\.1 431 /);
});

test("headers that come byte by byte run out of time", async () => {
  const { port } = await startGateway([route(await hello())], { headersTimeoutMs: 200 });
  const client = await openRaw(port);
  const drip = setInterval(() => client.send("x"), 20);
  client.send("GET / HTTP/1.1\r\nX: ");
  const text = await client.closed();
  clearInterval(drip);
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
});

test("a head in two halves is in time", async () => {
  const { port } = await startGateway([route(await hello())], { headersTimeoutMs: 2_000 });
  const client = await openRaw(port);
  const text = get("/");
  client.send(text.slice(0, 30));
  await new Promise((resolve) => setTimeout(resolve, 100));
  client.send(text.slice(30));
  expect(await client.closed()).toContain("hello");
});

test("an idle connection is closed without a word, new or between two requests", async () => {
  const { gateway, port } = await startGateway([route(await hello())], { idleTimeoutMs: 200 });
  const silent = await openRaw(port);
  const used = await openRaw(port);
  // An empty line behind a request, as some clients send it, begins no other.
  used.send(`${head("GET / HTTP/1.1")}\r\n`);
  await used.until(/hello$/);
  expect(await silent.closed()).toBe("");
  expect(await used.closed()).toMatch(/hello$/);
  await eventually(() => gateway.clients === 0);
});

test("a stream that is silent for longer than any limit is not idle", async () => {
  let say: () => void = () => {};
  const upstream = await listenHttp((_, response) => {
    response.write("one");
    say = () => void response.end("two");
  });
  const { port } = await startGateway([route(upstream)], { idleTimeoutMs: 100, headersTimeoutMs: 100 });
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1"));
  await client.until(/one/);
  await new Promise((resolve) => setTimeout(resolve, 700));
  say();
  await client.until(/two/);
});

test("a service that thinks for longer than any limit, and an upload that pauses, are not idle", async () => {
  const upstream = await listenHttp((incoming, response) => {
    incoming.resume().on("end", () => setTimeout(() => response.end("at last"), 500));
  });
  const { port } = await startGateway([route(upstream)], { idleTimeoutMs: 100, headersTimeoutMs: 100 });
  const client = await openRaw(port);
  client.send(`${head("POST / HTTP/1.1", "Content-Length: 4")}ab`);
  await new Promise((resolve) => setTimeout(resolve, 500));
  client.send("cd");
  await client.until(/at last/);
});

test("clients that leave in the middle leave nothing behind", async () => {
  let open = 0;
  const upstream = await listenHttp((_, response) => {
    open += 1;
    response.write("begun");
    response.on("close", () => {
      open -= 1;
    });
  });
  const { gateway, port } = await startGateway([route(upstream)]);
  for (let round = 0; round < 5; round += 1) {
    const clients = await Promise.all(Array.from({ length: 20 }, () => openRaw(port)));
    for (const client of clients) client.send(head("GET / HTTP/1.1"));
    await Promise.all(clients.slice(0, 10).map((client) => client.until(/begun/)));
    for (const [at, { socket }] of clients.entries()) at % 2 === 0 ? socket.resetAndDestroy() : socket.destroy();
  }
  await eventually(() => gateway.clients === 0 && open === 0);
});

test("a client that asks faster than it reads is read no further", async () => {
  const { gateway, port } = await startGateway([]);
  const client = await openRaw(port);
  client.socket.pause();
  const request = `GET / HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`.repeat(1_000);
  const more = (): void => {
    while (client.socket.write(request));
  };
  client.socket.on("drain", more);
  more();
  const taken = (): number => client.socket.bytesWritten - client.socket.writableLength;
  let before = -1;
  // The buffers of the system take some megabytes; then nothing moves.
  await eventually(() => {
    const now = taken();
    const stands = now === before;
    before = now;
    return stands;
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(taken()).toBe(before);
  client.socket.destroy();
  await eventually(() => gateway.clients === 0);
});

/** A service that takes nothing after the first bytes, and says how many connections it has. */
async function listenStalled(answer = ""): Promise<{ port: number; open: () => number; sockets: Socket[] }> {
  let open = 0;
  const sockets: Socket[] = [];
  const port = await listenRaw((socket) => {
    open += 1;
    sockets.push(socket);
    socket.on("close", () => {
      open -= 1;
    });
    socket.once("data", () => {
      socket.pause();
      socket.write(answer);
    });
  });
  return { port, open: () => open, sockets };
}

const upload = `${head("POST / HTTP/1.1", "Content-Length: 100000000")}${"x".repeat(20_000_000)}`;
const tunnel = head("GET / HTTP/1.1", "Connection: Upgrade", "Upgrade: x");
const switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";

test.each(["destroy", "resetAndDestroy", "stay"] as const)(
  "an upload that the service does not take is given up, whatever its client does: %s",
  async (end) => {
    const service = await listenStalled();
    const { gateway, port } = await startGateway([route(service.port)], { stallTimeoutMs: 200 });
    const client = await openRaw(port);
    client.send(upload);
    await eventually(() => service.open() === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (end !== "stay") client.socket[end]();
    // The service would see the end of its connection if it read.
    await eventually(() => gateway.clients === 0);
    for (const socket of service.sockets) socket.resume();
    await eventually(() => service.open() === 0);
  },
);

test.each(["destroy", "resetAndDestroy", "stay"] as const)(
  "a tunnel whose service takes nothing is given up, whatever its client does: %s",
  async (end) => {
    const service = await listenStalled(switched);
    const { gateway, port } = await startGateway([route(service.port)], { stallTimeoutMs: 200 });
    const client = await openRaw(port);
    client.send(tunnel);
    await client.until(/\r\n\r\n/);
    client.send("x".repeat(20_000_000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (end !== "stay") client.socket[end]();
    await eventually(() => gateway.clients === 0);
    for (const socket of service.sockets) socket.resume();
    await eventually(() => service.open() === 0);
  },
);

test("a tunnel that is silent for longer than any limit is not idle", async () => {
  const service = await listenRaw((socket) => {
    socket.once("data", () => socket.pipe(socket).write(switched));
  });
  const { port } = await startGateway([route(service)], { stallTimeoutMs: 50, idleTimeoutMs: 50 });
  const client = await openRaw(port);
  client.send(tunnel);
  await client.until(/\r\n\r\n/);
  await new Promise((resolve) => setTimeout(resolve, 400));
  client.send("still here");
  await client.until(/still here$/);
});

test("an upload and a tunnel that are taken slowly are not given up", async () => {
  const slow = await listenRaw((socket) => {
    let taken = 0;
    socket.once("data", (first) => {
      if (/upgrade/i.test(String(first))) socket.write(switched);
      const pull = setInterval(() => {
        const piece = socket.read(500_000) ?? socket.read();
        taken += piece?.length ?? 0;
        if (taken >= 10_000_000) socket.end("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
      }, 40);
      socket.on("close", () => clearInterval(pull));
      socket.pause().on("readable", () => {});
    });
  });
  const { port } = await startGateway([route(slow)], { stallTimeoutMs: 400 });
  const [uploading, tunnelling] = [await openRaw(port), await openRaw(port)];
  uploading.send(`${head("POST / HTTP/1.1", "Content-Length: 11000000")}${"x".repeat(11_000_000)}`);
  tunnelling.send(tunnel);
  await tunnelling.until(/\r\n\r\n/);
  tunnelling.send("x".repeat(11_000_000));
  const begin = Date.now();
  await Promise.all([uploading.until(/done$/), tunnelling.until(/done$/)]);
  expect(Date.now() - begin).toBeGreaterThan(800);
});

test("a client that goes on sending after a refusal still gets the refusal, and is cut off in the end", async () => {
  const { gateway, port } = await startGateway([]);
  const client = await openRaw(port);
  client.socket.pause();
  client.send("GET / HTTP/1.1\r\nno field\r\n\r\n");
  const flood = setInterval(() => client.send("x".repeat(100_000)), 10);
  onTestFinished(() => clearInterval(flood));
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(gateway.clients).toBe(1);
  client.socket.resume();
  expect(await client.closed()).toMatch(/^HTTP\/1\.1 400 .*malformed|^HTTP\/1\.1 400 .*no colon/s);
  await eventually(() => gateway.clients === 0);
});
