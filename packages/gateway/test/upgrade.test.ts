import type { Socket } from "node:net";
import { probeRoute } from "@cspace/ports";
import { expect, test } from "vitest";
import {
  ask,
  eventually,
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
