import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { createGateway, type Gateway, type GatewayLimits } from "@cspace/gateway";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ClientOptions, WebSocket, WebSocketServer } from "ws";
import { eventually, head, hostname, listenHttp, listenRaw, mark, onHeads, openRaw, route } from "./harness.ts";
import { selfSigned } from "./self-signed.ts";

const mercury = selfSigned("*.mercury.p.cspace.local", "*.mercury.p.cspace.localhost");
const venus = selfSigned("*.venus.p.cspace.local");
const nobody = selfSigned();
const trusted = [mercury.certificate, venus.certificate];

async function start(
  routes: Parameters<typeof route>[0] | readonly ReturnType<typeof route>[],
  limits: Partial<GatewayLimits> = {},
): Promise<{ gateway: Gateway; port: number }> {
  const certificates = [mercury, venus, nobody];
  const gateway = createGateway({
    routes: typeof routes === "number" ? [route(routes)] : routes,
    certificates,
    limits: { drainTimeoutMs: 50, ...limits },
  });
  const { httpsPort } = await gateway.listen({ httpPort: 0, httpsPort: 0 });
  onTestFinished(() => gateway.close());
  return { gateway, port: httpsPort ?? 0 };
}

test("a client that leaves as soon as it is encrypted, or before, is forgotten at once", async () => {
  const { gateway, port } = await start(1);
  const leave = (when: "connect" | "secureConnect"): Promise<void> =>
    new Promise((resolve) => {
      const socket = connectTls({ port, host: "127.0.0.1", servername: hostname, ca: trusted });
      socket.on("error", () => {}).once("close", () => resolve());
      socket.once(when, () => socket.destroy());
    });
  for (let count = 0; count < 20; count += 1) await Promise.all([leave("connect"), leave("secureConnect")]);
  await eventually(() => gateway.clients === 0);
});

test("a route may send on to HTTPS who asks over HTTP, but for upgrades; nobody is bound to it", async () => {
  const upstream = await listenHttp((_, response) => {
    response.writeHead(200, { "Strict-Transport-Security": "max-age=31536000", "X-Own": "1" }).end("served");
  });
  const gateway = createGateway({ routes: [{ ...route(upstream), redirectTo: 8443 }], certificates: [mercury] });
  const { httpPort, httpsPort } = await gateway.listen({ httpPort: 0, httpsPort: 0 });
  onTestFinished(() => gateway.close());
  for (const [line, target] of [
    ["GET /a%20b?c=d HTTP/1.1", "/a%20b?c=d"],
    ["POST / HTTP/1.1", "/"],
    ["OPTIONS * HTTP/1.1", "/"],
  ] as const) {
    const client = await openRaw(httpPort);
    client.send(head(line, "Content-Length: 0"));
    await client.until(/\r\n\r\n/);
    expect(client.text()).toMatch(/^HTTP\/1\.1 308 Permanent Redirect\r\n/);
    expect(client.text()).toContain(`\r\nLocation: https://${hostname}:8443${target}\r\n`);
    expect(client.text()).toContain(`\r\nX-Cspace-Route: ${mark}\r\n`);
    expect(client.text()).toContain("\r\nCache-Control: no-store\r\n");
  }
  const upgrading = await openRaw(httpPort);
  upgrading.send(head("GET / HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket"));
  await upgrading.until(/served/);
  const { status, headers } = await getHttps(httpsPort ?? 0);
  expect([status, headers["x-own"], headers["strict-transport-security"]]).toEqual([200, "1", undefined]);
});

test.each([
  ["https", true],
  ["wss", true],
  ["http", false],
])("behind a proxy that is trusted, what it was asked by counts: %s", async (proto, isServed) => {
  const upstream = await listenHttp((_, response) => void response.end("served"));
  const gateway = createGateway({ routes: [{ ...route(upstream), redirectTo: 443 }] });
  const { httpPort } = await gateway.listen({ httpPort: 0, trustForwarded: true });
  onTestFinished(() => gateway.close());
  const client = await openRaw(httpPort);
  client.send(head("GET / HTTP/1.1", `X-Forwarded-Proto: ${proto}`));
  await client.until(isServed ? /200 OK/ : /Location: https:\/\/dev\.mercury\.p\.cspace\.local\/\r\n/);
});

interface Got {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** Asks as a program does that trusts the authority, over HTTP/1.1. */
function getHttps(port: number, path = "/", { host = hostname, body = "" } = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: "127.0.0.1",
        method: body === "" ? "GET" : "POST",
        port,
        path,
        servername: host,
        ca: trusted,
        headers: { host },
        agent: false,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

function openSession(port: number, host = hostname): ClientHttp2Session {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { servername: host, ca: trusted });
  onTestFinished(() => session.destroy());
  session.on("error", () => {});
  return session;
}

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly code: number;
}

function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve) => {
    let headers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    stream.on("error", () => {});
    stream.on("response", (received) => {
      headers = received;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("close", () => resolve({ headers, body: Buffer.concat(chunks), code: stream.rstCode }));
  });
}

function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders = {}, body?: Buffer | string): Promise<Answer> {
  const stream = session.request(
    { ":path": "/", ":authority": hostname, ...headers },
    { endStream: body === undefined },
  );
  if (body !== undefined) stream.end(body);
  return answerOf(stream);
}

/** Says what it was asked. */
const listenEcho = (): Promise<number> =>
  listenHttp(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method, url, headers, httpVersion } = request;
    response.setHeader("Set-Cookie", ["a=1", "b=2"]);
    response.end(JSON.stringify({ method, url, headers, httpVersion, body }));
  });

describe("HTTP/1.1", () => {
  test("a request is handed on, and the service is told that it was encrypted", async () => {
    const { port } = await start(await listenEcho());
    const { status, headers, text } = await getHttps(port, "/a?b", { body: "hello" });
    expect(status).toBe(200);
    expect(headers["x-cspace-route"]).toBe(mark);
    const seen = JSON.parse(text);
    expect(seen).toMatchObject({ url: "/a?b", body: "hello", headers: { host: hostname } });
    expect(seen.headers).toMatchObject({ "x-forwarded-proto": "https", "x-forwarded-port": String(port) });
    expect(seen.headers.forwarded).toContain("proto=https");
  });

  test("a WebSocket works", async () => {
    const { port } = await start(await listenWebSockets());
    const socket = new WebSocket(`wss://127.0.0.1:${port}/`, {
      ca: trusted,
      servername: hostname,
      headers: { host: hostname },
    } as ClientOptions);
    onTestFinished(() => socket.terminate());
    const [said] = await Promise.all([
      new Promise((resolve) => socket.once("message", (data) => resolve(String(data)))),
      new Promise<void>((resolve) => socket.once("open", resolve)).then(() => socket.send("hello")),
    ]);
    expect(said).toBe("you said hello");
  });

  test("an answer that breaks off is an error of the client's", async () => {
    const service = await listenRaw((socket) =>
      onHeads(socket, () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        setTimeout(() => socket.destroy(), 50);
      }),
    );
    const { port } = await start(service);
    await expect(getHttps(port)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test("what is asked of nobody is 404, and the page leads back the same way", async () => {
    const { port } = await start(await listenEcho());
    const session = await getHttps(port, "/", { host: "other.mercury.p.cspace.local" });
    expect(session.status).toBe(404);
    expect(session.text).toContain(`https://${hostname}`);
    expect(session.headers["x-cspace-route"]).toBeUndefined();
  });
});

describe("HTTP/2", () => {
  test("a request is handed on to a service of HTTP/1.1", async () => {
    const { port } = await start(await listenEcho());
    const { headers, body, code } = await ask(openSession(port), {
      ":path": "/a?b=1",
      cookie: "a=1; b=2",
      te: "trailers",
    });
    expect(code).toBe(constants.NGHTTP2_NO_ERROR);
    expect(headers).toMatchObject({ ":status": 200, "x-cspace-route": mark, "set-cookie": ["a=1", "b=2"] });
    expect(headers.connection).toBeUndefined();
    const seen = JSON.parse(String(body));
    expect(seen).toMatchObject({ method: "GET", url: "/a?b=1", httpVersion: "1.1", body: "" });
    expect(seen.headers).toMatchObject({ host: hostname, cookie: "a=1; b=2", "x-forwarded-proto": "https" });
    expect(seen.headers.via).toMatch(/^2\.0 cspace-/);
  });

  test.each([
    ["a length", { "content-length": "5" }],
    ["no length", {}],
  ])("a body with %s arrives", async (_, more) => {
    const { port } = await start(await listenEcho());
    const { body } = await ask(openSession(port), { ":method": "POST", ...more }, "hello");
    expect(JSON.parse(String(body))).toMatchObject({ method: "POST", body: "hello" });
  });

  test("megabytes go either way at the pace of who reads", async () => {
    const big = Buffer.alloc(8_000_000, "0123456789abcdef");
    const service = await listenHttp(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk as Buffer);
        if (chunks.length % 20 === 0) await new Promise((done) => setTimeout(done, 1));
      }
      response.end(Buffer.concat(chunks));
    });
    const { port } = await start(service);
    const { body, code } = await ask(openSession(port), { ":method": "POST" }, big);
    expect(code).toBe(0);
    expect(body.equals(big)).toBe(true);
  });

  test("many requests at once on one connection get their own answers", async () => {
    const { port } = await start(await listenEcho());
    const session = openSession(port);
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => ask(session, { ":path": `/${n}` })));
    expect(answers.map(({ body }) => JSON.parse(String(body)).url)).toEqual(answers.map((_, n) => `/${n}`));
  });

  test("what is streamed comes as it is sent", async () => {
    let finish = (): void => {};
    const { port } = await start(
      await listenHttp((_, response) => {
        response.write("first");
        finish = () => response.end("last");
      }),
    );
    const stream = openSession(port).request({ ":path": "/", ":authority": hostname });
    const first = await new Promise((resolve) => stream.once("data", (chunk) => resolve(String(chunk))));
    expect(first).toBe("first");
    const rest = answerOf(stream);
    finish();
    expect(String((await rest).body)).toBe("last");
  });

  test.each([
    ["HEAD", "HEAD", 200],
    ["204", "GET", 204],
    ["304", "GET", 304],
  ])("an answer without a body ends: %s", async (_, method, status) => {
    const { port } = await start(
      await listenHttp((_, response) => {
        response.writeHead(status, status === 200 ? { "content-length": 5 } : {});
        response.end();
      }),
    );
    const { headers, body, code } = await ask(openSession(port), { ":method": method });
    expect({ status: headers[":status"], length: body.length, code }).toEqual({ status, length: 0, code: 0 });
  });

  test("hints before an answer are passed on", async () => {
    const { port } = await start(
      await listenHttp((_, response) => {
        response.writeEarlyHints({ link: "</a.css>; rel=preload" });
        response.end("ok");
      }),
    );
    const stream = openSession(port).request({ ":path": "/", ":authority": hostname });
    const hints = new Promise<IncomingHttpHeaders>((resolve) => stream.once("headers", resolve));
    const answer = answerOf(stream);
    expect(await hints).toMatchObject({ ":status": 103, link: "</a.css>; rel=preload" });
    expect(String((await answer).body)).toBe("ok");
  });

  test("an answer that breaks off is reset, never ended", async () => {
    const service = await listenRaw((socket) =>
      onHeads(socket, () => {
        socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
        setTimeout(() => socket.destroy(), 50);
      }),
    );
    const { port } = await start(service);
    const { body, code } = await ask(openSession(port));
    expect(String(body)).toBe("half");
    expect(code).not.toBe(constants.NGHTTP2_NO_ERROR);
  });

  test("a client that goes away takes its request along", async () => {
    let gone = false;
    const { port } = await start(
      await listenHttp((request, response) => {
        response.write("first");
        request.on("close", () => {
          gone = true;
        });
      }),
    );
    const stream = openSession(port).request({ ":path": "/", ":authority": hostname });
    stream.on("error", () => {});
    await new Promise((resolve) => stream.once("data", resolve));
    stream.close(constants.NGHTTP2_CANCEL);
    await eventually(() => gone);
  });

  test("a process that is down has its page, in the form that is asked for", async () => {
    const { port } = await start([route(1)]);
    const { headers, body } = await ask(openSession(port), { accept: "application/json" });
    expect(headers).toMatchObject({ ":status": 502, "x-cspace-route": mark });
    expect(JSON.parse(String(body))).toMatchObject({ error: "process-down" });
  });

  test("a host that nobody serves is 404 on a connection to another", async () => {
    const { port } = await start(await listenEcho());
    const { headers } = await ask(openSession(port), { ":authority": "other.venus.p.cspace.local" });
    expect(headers[":status"]).toBe(404);
    expect(headers["x-cspace-route"]).toBeUndefined();
  });

  test.each([
    ["a method that is no token", { ":method": "GE T" }],
    ["a path with a blank", { ":path": "/a b" }],
    ["a path with a line's end", { ":path": "/a\r\nX: y" }],
    ["no path", { ":path": "a" }],
    ["a host that is none", { ":authority": "a b" }],
    ["a tunnel to anywhere", { ":method": "CONNECT", ":path": undefined }],
  ])("%s reaches no service", async (_, headers) => {
    let reached = false;
    const { port } = await start(
      await listenHttp((_, response) => {
        reached = true;
        response.end();
      }),
    );
    const session = openSession(port);
    const stream = session.request({ ":path": "/", ":authority": hostname, ...headers });
    const answer = await answerOf(stream);
    expect(answer.headers[":status"]).not.toBe(200);
    expect(reached).toBe(false);
  });

  test("a WebSocket within a stream works (RFC 8441)", async () => {
    const { port } = await start(await listenWebSockets());
    const session = openSession(port);
    await new Promise<void>((resolve) => session.once("remoteSettings", () => resolve()));
    expect(session.remoteSettings.enableConnectProtocol).toBe(true);
    const stream = session.request({
      ":method": "CONNECT",
      ":protocol": "websocket",
      ":path": "/chat",
      ":authority": hostname,
      ":scheme": "https",
      "sec-websocket-version": "13",
      "sec-websocket-protocol": "chat",
    });
    onTestFinished(() => void stream.destroy());
    const headers = await new Promise<IncomingHttpHeaders>((resolve) => stream.once("response", resolve));
    expect(headers).toMatchObject({ ":status": 200, "sec-websocket-protocol": "chat", "x-cspace-route": mark });
    expect(headers["sec-websocket-accept"]).toBeUndefined();
    // A frame of text, masked with zeros: https://www.rfc-editor.org/rfc/rfc6455#section-5.2
    stream.write(Buffer.concat([Buffer.from([0x81, 0x85, 0, 0, 0, 0]), Buffer.from("hello")]));
    const said = await new Promise<Buffer>((resolve) => stream.once("data", resolve));
    expect(String(said.subarray(2))).toBe("you said hello");
    const closed = answerOf(stream);
    stream.once("end", () => stream.end());
    // Closing: 1000.
    stream.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]));
    expect((await closed).code).toBe(0);
  });

  test("a WebSocket that the service refuses is refused", async () => {
    const { port } = await start(await listenEcho());
    const session = openSession(port);
    await new Promise<void>((resolve) => session.once("remoteSettings", () => resolve()));
    const opening = { ":method": "CONNECT", ":protocol": "websocket", ":path": "/", ":authority": hostname };
    const stream = session.request({ ...opening, ":scheme": "https" });
    stream.once("response", () => stream.end());
    const { headers } = await answerOf(stream);
    expect(headers[":status"]).toBe(200);
    expect(headers["set-cookie"]).toEqual(["a=1", "b=2"]);
  });

  test("gRPC goes to a service of HTTP/2, with its trailers", async () => {
    const server = createHttp2Server();
    server.on("stream", (stream) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end("ok");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { gateway, port } = await start((server.address() as AddressInfo).port);
    const stream = openSession(port).request({
      ":method": "POST",
      ":path": "/a.B/C",
      ":authority": hostname,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const trailers = new Promise<IncomingHttpHeaders>((resolve) => stream.once("trailers", resolve));
    const answer = answerOf(stream);
    stream.end("x");
    expect(String((await answer).body)).toBe("ok");
    expect((await trailers)["grpc-status"]).toBe("0");
    await gateway.close();
  });
});

describe("certificates", () => {
  /** What a client is shown who asks for a name, or for none. */
  const shownTo = (port: number, servername?: string): Promise<{ names: string; trusted: boolean }> =>
    new Promise((resolve, reject) => {
      const socket = connectTls(
        {
          port,
          host: "127.0.0.1",
          rejectUnauthorized: false,
          ca: trusted,
          ...(servername === undefined ? {} : { servername }),
        },
        () => {
          const { subjectaltname = "" } = socket.getPeerCertificate();
          resolve({ names: subjectaltname, trusted: socket.authorized });
          socket.destroy();
        },
      );
      socket.on("error", reject);
    });

  test("each instance is shown its own, and who asks for another name one that is for none", async () => {
    const { port } = await start(await listenEcho());
    const names = "DNS:*.mercury.p.cspace.local, DNS:*.mercury.p.cspace.localhost";
    expect(await shownTo(port, hostname)).toEqual({ names, trusted: true });
    expect(await shownTo(port, hostname.toUpperCase())).toEqual({ names, trusted: true });
    expect(await shownTo(port, "api.venus.p.cspace.local")).toEqual({
      names: "DNS:*.venus.p.cspace.local",
      trusted: true,
    });
    for (const other of ["dev.earth.p.cspace.local", "a.dev.mercury.p.cspace.local", "example.com", undefined]) {
      expect(await shownTo(port, other)).toMatchObject({ names: "" });
    }
  });

  test("new ones are shown from the next connection on, and none is dropped", async () => {
    const { gateway, port } = await start(await listenEcho());
    const session = openSession(port);
    await ask(session);
    const earth = selfSigned("*.earth.p.cspace.local");
    gateway.setCertificates([mercury, earth]);
    expect((await ask(session)).headers[":status"]).toBe(200);
    expect(session.destroyed).toBe(false);
    expect((await shownTo(port, "dev.earth.p.cspace.local")).names).toBe("DNS:*.earth.p.cspace.local");
    await expect(shownTo(port, "dev.venus.p.cspace.local")).rejects.toThrow();
  });

  test("what is no certificate is refused, and the others stay", async () => {
    const { gateway, port } = await start(await listenEcho());
    for (const bad of [
      { ...mercury, key: venus.key },
      { ...mercury, certificate: "none" },
    ]) {
      expect(() => gateway.setCertificates([bad])).toThrow(
        expect.objectContaining({ code: "CSPACE_CERTIFICATE_REFUSED" }),
      );
    }
    expect((await shownTo(port, hostname)).trusted).toBe(true);
  });

  test("without any, encrypted clients are refused", async () => {
    const { gateway, port } = await start(await listenEcho());
    gateway.setCertificates([]);
    await expect(shownTo(port, hostname)).rejects.toThrow();
    await expect(shownTo(port)).rejects.toThrow();
  });
});

describe("the listener", () => {
  test("a client that says nothing, or nothing that is TLS, is left in time", async () => {
    const { gateway, port } = await start(await listenEcho(), { headersTimeoutMs: 100 });
    const silent = await openRaw(port);
    const plain = await openRaw(port);
    plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await Promise.all([silent.closed(), plain.closed()]);
    await eventually(() => gateway.clients === 0);
  });

  test("closing ends sessions and handshakes", async () => {
    const { gateway, port } = await start(await listenEcho());
    const session = openSession(port);
    await ask(session);
    const silent = await openRaw(port);
    await gateway.close();
    await silent.closed();
    await eventually(() => session.closed);
  });

  test("when all is closed, what is under way ends as it began", async () => {
    let isAsked = (): void => {};
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const { gateway, port } = await start(
      await listenHttp((_, response) => {
        isAsked();
        setTimeout(() => response.end("late"), 200);
      }),
      { drainTimeoutMs: 5_000 },
    );
    const socket: TLSSocket = connectTls({ port, host: "127.0.0.1", servername: hostname, ca: trusted });
    socket.on("error", () => {});
    onTestFinished(() => void socket.destroy());
    const late = getHttps(port);
    await asked;
    await gateway.close();
    expect((await late).text).toBe("late");
  });
});

async function listenWebSockets(): Promise<number> {
  const server = createHttpServer();
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(`you said ${data}`)));
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
