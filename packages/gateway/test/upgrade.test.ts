import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { probeRoute } from "@cspace/ports";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import {
  ask,
  eventually,
  get,
  head,
  hostname,
  listenCanned,
  listenHttp,
  listenRaw,
  mark,
  onHeads,
  openRaw,
  route,
  startGateway,
} from "./harness.ts";

async function listenEchoSocket(): Promise<{ port: number; server: WebSocketServer }> {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  server.on("connection", (socket) =>
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
  );
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    http.close();
  });
  return { port: (http.address() as AddressInfo).port, server };
}

function open(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/path`, "chat", { headers: { host: hostname } });
  onTestFinished(() => socket.terminate());
  return new Promise((resolve, reject) => socket.once("open", () => resolve(socket)).once("error", reject));
}

test("a WebSocket carries text and megabytes both ways, and its close reaches both sides", async () => {
  const upstream = await listenEchoSocket();
  const { gateway, port } = await startGateway([route(upstream.port)]);
  const socket = await open(port);
  expect(socket.protocol).toBe("chat");
  for (const message of ["hello", Buffer.alloc(3_000_000, 7)]) {
    const echoed = new Promise((resolve) => socket.once("message", resolve));
    socket.send(message);
    expect(Buffer.from(message).equals((await echoed) as Buffer)).toBe(true);
  }
  socket.close(4001, "bye");
  await eventually(() => upstream.server.clients.size === 0 && gateway.clients === 0);
});

test("what a service sends right behind its 101 arrives, and what a client sends ahead of it", async () => {
  const upstream = await listenRaw((socket) => {
    onHeads(socket, () => {
      socket.removeAllListeners("data");
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat/2\r\n\r\nfirst");
      socket.pipe(socket);
    });
  });
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: chat/2"));
  const text = await client.until(/first$/);
  expect(text).toContain(`X-Cspace-Route: ${mark}\r\n`);
  expect(text).toMatch(/^Connection: Upgrade\r$/m);
  expect(text).toMatch(/^Upgrade: chat\/2\r$/m);
  client.send("anything \r\n\r\n GET / HTTP/1.1");
  await client.until(/anything \r\n\r\n GET \/ HTTP\/1\.1$/);
});

test("one half of a tunnel may end before the other", async () => {
  const upstream = await listenRaw(
    (socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
        socket.on("end", () => socket.end("after the end"));
      });
    },
    "127.0.0.1",
    true,
  );
  const { port } = await startGateway([route(upstream)]);
  const client = await openRaw(port);
  client.send(head("POST / HTTP/1.1", "Connection: Upgrade", "Upgrade: tcp"));
  await client.until(/\r\n\r\n/);
  client.socket.end();
  expect(await client.closed()).toMatch(/after the end$/);
});

test("a service may decline an upgrade, and the connection goes on", async () => {
  const { port } = await startGateway([route(await listenHttp((_, response) => response.end("plain")))]);
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket"));
  await client.until(/plain/);
  client.send(get("/"));
  expect((await client.closed()).match(/plain/g)).toHaveLength(2);
});

test("HTTP/2 is not upgraded to, and Upgrade without Connection is nothing", async () => {
  const seen: string[] = [];
  const upstream = await listenRaw((socket) =>
    onHeads(socket, (text) => {
      seen.push(text);
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }),
  );
  const { port } = await startGateway([route(upstream)]);
  const settings = "HTTP2-Settings: AAMAAABkAAQAAP__";
  await ask(port, head("GET / HTTP/1.1", "Connection: close, Upgrade, HTTP2-Settings", "Upgrade: h2c", settings));
  await ask(port, head("GET / HTTP/1.1", "Connection: close", "Upgrade: websocket"));
  expect(seen.join()).not.toMatch(/upgrade|http2/i);
  await ask(port, head("GET / HTTP/1.1", "Connection: close, Upgrade", "Upgrade: H2C, chat", "Upgrade: h2c"));
  expect(seen).toHaveLength(3);
  expect(seen[2]).toMatch(/^Upgrade: chat\r$/m);
});

test.each(["\xa7", "a b", "a/b/c", "/", "a,@"])("an Upgrade to %j is refused without the service", async (protocol) => {
  let touched = false;
  const upstream = await listenRaw(() => {
    touched = true;
  });
  const { port } = await startGateway([route(upstream)]);
  const text = await ask(port, head("GET / HTTP/1.1", "Connection: Upgrade", `Upgrade: ${protocol}`));
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(text).toContain(`X-Cspace-Route: ${mark}\r\n`);
  expect(touched).toBe(false);
});

const switchTo = (...fields: string[]): string => ["HTTP/1.1 101 Switching Protocols", ...fields, "", ""].join("\r\n");

test.each([
  ["another protocol", switchTo("Connection: Upgrade", "Upgrade: h2c")],
  ["one more protocol", switchTo("Connection: Upgrade", "Upgrade: websocket, h2c")],
  ["no protocol", switchTo("Connection: Upgrade")],
  ["an empty protocol", switchTo("Connection: Upgrade", "Upgrade:")],
])("a switch to %s than was asked for is a 502", async (_, answer) => {
  const { port } = await startGateway([route(await listenCanned(answer))]);
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket, tls/1.0"));
  const text = await client.until(/\r\n\r\n/);
  expect(text).toMatch(/^HTTP\/1\.1 502 /);
  expect(text).not.toMatch(/^upgrade/im);
});

test("a service may choose one of several protocols, in any case", async () => {
  const answer = switchTo("Connection: Upgrade", "Upgrade: WebSocket");
  const { port } = await startGateway([route(await listenCanned(answer))]);
  const client = await openRaw(port);
  client.send(head("GET / HTTP/1.1", "Connection: Upgrade", "Upgrade: tls/1.0", "Upgrade: websocket"));
  expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 101 .*\r\nUpgrade: WebSocket\r\n/s);
});

test("a switch while the body of the request is still coming is a 502", async () => {
  const { port } = await startGateway([route(await listenCanned(switchTo("Connection: Upgrade", "Upgrade: x")))]);
  const client = await openRaw(port);
  client.send(head("POST / HTTP/1.1", "Connection: Upgrade", "Upgrade: x", "Content-Length: 5"));
  const text = await client.closed();
  expect(text).toMatch(/^HTTP\/1\.1 502 /);
  expect(text).toContain(`X-Cspace-Route: ${mark}\r\n`);
});

test.each(["client", "service"] as const)(
  "a tunnel that the %s breaks off is broken off for the other, too",
  async (side) => {
    const services: Socket[] = [];
    const upstream = await listenRaw(
      (socket) => {
        services.push(socket);
        socket.once("data", () => socket.write(switchTo("Connection: Upgrade", "Upgrade: x")));
      },
      "127.0.0.1",
      true,
    );
    const { gateway, port } = await startGateway([route(upstream)]);
    const client = await openRaw(port);
    client.send(head("GET / HTTP/1.1", "Connection: Upgrade", "Upgrade: x"));
    await client.until(/\r\n\r\n/);
    const [service] = services;
    if (service === undefined) throw new Error("the service was not asked");
    const other = side === "client" ? service : client.socket;
    let over = false;
    other.resume().on("close", () => {
      over = true;
    });
    other.on("end", () => other.end());
    (side === "client" ? client.socket : service).resetAndDestroy();
    await eventually(() => over && gateway.clients === 0);
  },
);

test("the proxy's probe reads the mark, of the proxy alone and through the service", async () => {
  let asked = 0;
  const upstream = await listenHttp((_, response) => {
    asked += 1;
    response.end();
  });
  const { port } = await startGateway([route(upstream)]);
  const probe = { hostname, mark, port };
  expect(await probeRoute({ ...probe, reach: "proxy" })).toEqual({ state: "claimed", status: null });
  expect(await probeRoute({ ...probe, reach: "gateway" })).toEqual({ state: "claimed", status: null });
  expect(asked).toBe(0);
  expect(await probeRoute(probe)).toEqual({ state: "claimed", status: 200 });
  expect(await probeRoute({ ...probe, hostname: "no.mercury.p.cspace.local" })).toEqual({
    state: "unclaimed",
    status: 404,
  });
});
