import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { dial } from "../src/upstream/dial.ts";
import {
  ask,
  closedPort,
  get,
  head,
  listenForgetful,
  listenHttp,
  listenRaw,
  mark,
  onHeads,
  openRaw,
  route,
  startGateway,
} from "./harness.ts";

test("a service that listens on ::1 alone is reached", async () => {
  const { port } = await startGateway([route(await listenHttp((_, response) => response.end("six"), "::1"))]);
  expect(await ask(port, get("/"))).toContain("six");
  expect(await ask(port, get("/"))).toContain("six");
});

test("a dial that nobody answers says so at once", async () => {
  const port = await closedPort();
  await expect(dial(port, { timeoutMs: 1_000 })).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

/** A service that has stopped in the middle of its work: the system queues a few connections for it, and drops the rest. */
async function listenFrozen(): Promise<number> {
  const code = `require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, function () {
    process.stdout.write(String(this.address().port));
  })`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const port = Number(await new Promise((resolve) => child.stdout.once("data", resolve)));
  child.kill("SIGSTOP");
  for (let count = 0; count < 4; count += 1) {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    onTestFinished(() => void socket.destroy());
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  return port;
}

test("the addresses are raced: one that hesitates does not keep the other back", async () => {
  const upstream = await listenFrozen();
  const server = createServer((_, response) => void response.end("six")).listen(upstream, "::1");
  onTestFinished(() => void server.close());
  const { port } = await startGateway([route(upstream)]);
  const begin = Date.now();
  expect(await ask(port, get("/"))).toContain("six");
  expect(Date.now() - begin).toBeLessThan(2_000);
});

test("a service that takes no connections in time is a 504 with the mark", async () => {
  const upstream = await listenFrozen();
  await expect(dial(upstream, { timeoutMs: 100 })).rejects.toMatchObject({ code: "ETIMEDOUT" });
  const { port } = await startGateway([route(upstream)], { dialTimeoutMs: 100 });
  const text = await ask(port, get("/"));
  expect(text).toMatch(/^HTTP\/1\.1 504 Gateway Timeout\r\n/);
  expect(text).toContain(`X-Cspace-Route: ${mark}\r\n`);
});

test("a request waits for a service that is starting, whatever its method", async () => {
  const upstream = await closedPort();
  const { port } = await startGateway([route(upstream, { starting: true })]);
  const client = await openRaw(port);
  client.send(`${head("POST / HTTP/1.1", "Connection: close", "Content-Length: 5")}hello`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const server = createServer((incoming, response) => incoming.pipe(response)).listen(upstream, "127.0.0.1");
  onTestFinished(() => void server.close());
  expect(await client.closed()).toMatch(/200 OK.*hello/s);
});

test("a request waits no longer than the limit, and then says when to ask again", async () => {
  const routes = [route(await closedPort(), { starting: true, process: "vite" })];
  const { port } = await startGateway(routes, { startTimeoutMs: 150 });
  const text = await ask(port, get("/", "Accept: text/html"));
  expect(text).toMatch(/^HTTP\/1\.1 503 .*vite is starting/s);
  expect(text).toContain("Retry-After: 1\r\n");
  expect(text).toContain(`X-Cspace-Route: ${mark}\r\n`);
});

test("a request that waits follows its route: to another port, or to the news that the service is down", async () => {
  const upstream = await closedPort();
  const { gateway, port } = await startGateway([route(upstream, { starting: true })]);
  const moved = ask(port, get("/"));
  await new Promise((resolve) => setTimeout(resolve, 100));
  gateway.setRoutes([route(await listenHttp((_, response) => response.end("moved")))]);
  expect(await moved).toContain("moved");
  gateway.setRoutes([route(upstream, { starting: true })]);
  const crashed = ask(port, get("/"));
  await new Promise((resolve) => setTimeout(resolve, 100));
  gateway.setRoutes([route(upstream)]);
  expect(await crashed).toMatch(/^HTTP\/1\.1 502 /);
});

test("a client that leaves while it waits takes its request with it", async () => {
  const upstream = await closedPort();
  const { gateway, port } = await startGateway([route(upstream, { starting: true })]);
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1"));
  await new Promise((resolve) => setTimeout(resolve, 100));
  client.socket.resetAndDestroy();
  await expect.poll(() => gateway.clients).toBe(0);
});

/** Waits until a connection that was just used may be used for what cannot be sent again. */
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

test.each(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])(
  "%s is sent again when a kept connection turns out closed",
  async (method) => {
    const seen: string[] = [];
    const { port } = await startGateway([route(await listenForgetful(seen))]);
    await ask(port, get("/"));
    await rest();
    expect(await ask(port, head(`${method} / HTTP/1.1`, "Connection: close"))).toContain("200 OK");
    expect(seen).toEqual(["GET", method, method]);
  },
);

test.each([
  ["POST", ""],
  ["PATCH", ""],
  ["PUT", "body"],
])("%s with the body %j is not sent again", async (method, body) => {
  const seen: string[] = [];
  const { port } = await startGateway([route(await listenForgetful(seen))]);
  await ask(port, get("/"));
  await rest();
  const sent = head(`${method} / HTTP/1.1`, "Connection: close", `Content-Length: ${body.length}`) + body;
  expect(await ask(port, sent)).toMatch(/^HTTP\/1\.1 502 /);
  expect(seen).toEqual(["GET", method]);
});

test("a request is not sent again on a new connection, nor when an answer has begun", async () => {
  let count = 0;
  const upstream = await listenRaw((socket) =>
    onHeads(socket, () => {
      count += 1;
      socket.end("HTTP/1.1 2");
    }),
  );
  const { port } = await startGateway([route(upstream)]);
  expect(await ask(port, get("/"))).toMatch(/^HTTP\/1\.1 502 /);
  expect(count).toBe(1);
});

test("a connection that the service closes in between is replaced, also for what is not sent again", async () => {
  const short = createServer({ keepAliveTimeout: 1 }, (_, response) => void response.end("ok"));
  await new Promise<void>((resolve) => short.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void short.close());
  const { port } = await startGateway([route((short.address() as AddressInfo).port)]);
  for (let round = 0; round < 5; round += 1) {
    expect(await ask(port, head("POST / HTTP/1.1", "Connection: close", "Content-Length: 0"))).toContain("ok");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

test.each([0, 3])(
  "what cannot be sent again is not put on a connection that the service closes %i ms after its response",
  async (delayMs) => {
    const upstream = await listenRaw((socket) =>
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        if (delayMs === 0) socket.end();
        else setTimeout(() => socket.end(), delayMs);
      }),
    );
    const { port } = await startGateway([route(upstream)]);
    const post = `${head("POST / HTTP/1.1", "Content-Length: 1")}x`;
    for (let round = 0; round < 40; round += 1) {
      const client = await openRaw(port);
      client.send(post + post);
      const text = await client.until((all) => all.match(/HTTP\/1\.1 \d+/g)?.length === 2);
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200"]);
      client.socket.destroy();
    }
  },
);

test("a connection that has ended unseen is not used for what cannot be sent again", async () => {
  const sockets: Socket[] = [];
  const upstream = await listenRaw((socket) => {
    sockets.push(socket);
    onHeads(socket, () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  });
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1"));
  await client.until(/ok$/);
  await rest();
  // Both are there before the gateway looks again: it runs in the process of this test.
  client.send(head("POST / HTTP/1.1", "Content-Length: 0", "Connection: close"));
  sockets[0]?.end();
  const end = Date.now() + 20;
  while (Date.now() < end);
  expect((await client.closed()).match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200"]);
  expect(sockets).toHaveLength(2);
});

test("a route that leads back to the gateway is found out at once", async () => {
  const { gateway, port } = await startGateway([]);
  gateway.setRoutes([route(port)]);
  const text = await ask(port, get("/"));
  expect(text).toMatch(/^HTTP\/1\.1 508 Loop Detected\r\n/);
  expect(text).toContain(`X-Cspace-Route: ${mark}\r\n`);
});

test("a route that leads back by way of another gateway is found out, too", async () => {
  const one = await startGateway([]);
  const other = await startGateway([route(one.port)]);
  one.gateway.setRoutes([route(other.port)]);
  expect(await ask(one.port, get("/"))).toMatch(/^HTTP\/1\.1 508 /);
});
