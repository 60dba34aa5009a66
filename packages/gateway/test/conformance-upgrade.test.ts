import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { engines, secureEngines } from "./engines.ts";
import {
  ask,
  eventually,
  get,
  head,
  hostname,
  listenCanned,
  listenHttp,
  listenRaw,
  onHeads,
  openRaw,
} from "./harness.ts";

// WebSockets and other protocols through the gateway and through Traefik.

/** A service that sends every message back. */
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

/** A WebSocket through a proxy. */
function open(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/path`, "chat", { headers: { host: hostname } });
  onTestFinished(() => socket.terminate());
  return new Promise((resolve, reject) => socket.once("open", () => resolve(socket)).once("error", reject));
}

/** What comes next on a WebSocket, and whether as binary. */
function nextMessage(socket: WebSocket): Promise<{ data: Buffer; isBinary: boolean }> {
  return new Promise((resolve) => socket.once("message", (data: Buffer, isBinary) => resolve({ data, isBinary })));
}

/** A service that goes over to a protocol and then does as the test says. */
function listenTunnel(onTunnel: (socket: Socket) => void, first = ""): Promise<number> {
  return listenRaw((socket) => {
    onHeads(socket, () => {
      socket.removeAllListeners("data");
      onTunnel(socket);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n${first}`);
    });
  });
}

const tunnel = head("GET / HTTP/1.1", "Connection: Upgrade", "Upgrade: x");

describe.each([...engines, ...secureEngines])("$title", ({ there, start }) => {
  const it = there ? test : test.skip;

  it("agrees on a subprotocol", async () => {
    const { port } = await listenEchoSocket();
    expect((await open(await start(port))).protocol).toBe("chat");
  });

  it.each([
    ["text", "h\u00e9llo", false],
    ["an empty text", "", false],
    ["binary", Buffer.from([0, 1, 2, 255]), true],
    ["a frame with a length in two bytes", randomBytes(40_000), true],
    ["a frame with a length in eight bytes", randomBytes(3_000_000), true],
  ] as const)("carries %s both ways", async (_, message, binary) => {
    const { port } = await listenEchoSocket();
    const socket = await open(await start(port));
    const echoed = nextMessage(socket);
    socket.send(message);
    const { data, isBinary } = await echoed;
    expect(isBinary).toBe(binary);
    expect(data.equals(Buffer.from(message))).toBe(true);
  });

  it("carries many messages in their order", async () => {
    const { port } = await listenEchoSocket();
    const socket = await open(await start(port));
    const got: string[] = [];
    socket.on("message", (data: Buffer) => got.push(String(data)));
    const sent = Array.from({ length: 500 }, (_, at) => `${at}`);
    for (const one of sent) socket.send(one);
    await eventually(() => got.length === sent.length);
    expect(got).toEqual(sent);
  });

  it("carries a message in fragments", async () => {
    const { port } = await listenEchoSocket();
    const socket = await open(await start(port));
    const echoed = nextMessage(socket);
    for (const [part, fin] of [
      ["one ", false],
      ["two ", false],
      ["three", true],
    ] as const)
      socket.send(part, { fin });
    expect(String((await echoed).data)).toBe("one two three");
  });

  it("carries pings and pongs both ways", async () => {
    const { port, server } = await listenEchoSocket();
    const pinged = new Promise((resolve) =>
      server.on("connection", (peer) => peer.on("ping", (data) => resolve(String(data)))),
    );
    const socket = await open(await start(port));
    const ponged = new Promise((resolve) => socket.once("pong", (data) => resolve(String(data))));
    socket.ping("are you there");
    expect([await pinged, await ponged]).toEqual(["are you there", "are you there"]);
    const back = new Promise((resolve) => socket.once("ping", (data) => resolve(String(data))));
    for (const peer of server.clients) peer.ping("and you");
    expect(await back).toBe("and you");
  });

  it("tells the service of a close by the client, with its code", async () => {
    const { port, server } = await listenEchoSocket();
    const closed = new Promise((resolve) =>
      server.on("connection", (peer) => peer.on("close", (code, reason) => resolve([code, String(reason)]))),
    );
    const socket = await open(await start(port));
    socket.close(4001, "bye");
    expect(await closed).toEqual([4001, "bye"]);
    await eventually(() => server.clients.size === 0);
  });

  it("tells the client of a close by the service, with its code", async () => {
    const { port, server } = await listenEchoSocket();
    const socket = await open(await start(port));
    const closed = new Promise((resolve) => socket.once("close", (code, reason) => resolve([code, String(reason)])));
    for (const peer of server.clients) peer.close(4002, "enough");
    expect(await closed).toEqual([4002, "enough"]);
  });

  it.each(["client", "service"] as const)("tells the other side when the %s is gone without a word", async (side) => {
    const { port, server } = await listenEchoSocket();
    const socket = await open(await start(port));
    const closed = new Promise((resolve) => {
      socket.once("close", resolve).on("error", () => {});
      for (const peer of server.clients) peer.once("close", resolve);
    });
    if (side === "client") socket.terminate();
    else for (const peer of server.clients) peer.terminate();
    expect(await closed).toBe(1006);
    await eventually(() => server.clients.size === 0 && socket.readyState === WebSocket.CLOSED);
  });

  it("passes on a refusal, with its body", async () => {
    const refused = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
    const port = await start(await listenCanned(refused));
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host: hostname } }).on("error", () => {});
    const status = await new Promise((resolve) =>
      socket.once("unexpected-response", (_, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(403);
    expect(await ask(port, head("GET / HTTP/1.1", "Connection: Upgrade, close", "Upgrade: websocket"))).toMatch(/no$/);
  });

  it("passes on what the service sends right behind its 101", async () => {
    const client = await openRaw(await start(await listenTunnel(() => {}, "first")));
    client.send(tunnel);
    await client.until(/^HTTP\/1\.1 101 .*\r\n\r\nfirst$/s);
  });

  it.each([
    ["another protocol", "Connection: Upgrade\r\nUpgrade: h2c"],
    ["no protocol", "Connection: Upgrade"],
  ])("refuses a switch to %s", async (_, fields) => {
    const port = await start(await listenCanned(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n\r\n`));
    const client = await openRaw(port);
    client.send(tunnel);
    expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 50[02] /);
  });

  it("upgrades to no HTTP/2", async () => {
    let seen = "";
    const upstream = await listenRaw((socket) =>
      onHeads(socket, (text) => {
        seen = text;
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      }),
    );
    const port = await start(upstream);
    await ask(
      port,
      head("GET / HTTP/1.1", "Connection: Upgrade, HTTP2-Settings, close", "Upgrade: h2c", "HTTP2-Settings: AA"),
    );
    expect(seen).not.toMatch(/upgrade|http2/i);
  });

  it("one half of a tunnel may end before the other", async () => {
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
    const port = await start(upstream);
    const client = await openRaw(port);
    client.send(head("POST / HTTP/1.1", "Connection: Upgrade", "Upgrade: tcp"));
    await client.until(/\r\n\r\n/);
    client.socket.end();
    expect(await client.closed()).toMatch(/after the end$/);
  });

  it("a service may decline an upgrade, and the connection goes on", async () => {
    const port = await start(await listenHttp((_, response) => response.end("plain")));
    const client = await openRaw(port);
    client.send(head("GET / HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket"));
    await client.until(/plain/);
    client.send(get("/"));
    expect((await client.closed()).match(/plain/g)).toHaveLength(2);
  });
});
