import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { closedPort, eventually, get, hostname, listenHttp, mark, openRaw, route, startGateway } from "./harness.ts";

/** A service that speaks HTTP/2 without encryption, as gRPC's do. */
async function listenHttp2(
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
): Promise<{ readonly port: number; readonly sessions: () => number }> {
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    onStream(stream, headers);
  });
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, sessions: () => sessions.size };
}

function open(port: number): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  session.on("error", () => {});
  return session;
}

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly trailers: IncomingHttpHeaders;
  readonly code: number;
}

const post = { ":method": "POST", ":path": "/shop.Orders/List", ":authority": hostname } as const;

function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve) => {
    let [headers, trailers, text]: [IncomingHttpHeaders, IncomingHttpHeaders, string] = [{}, {}, ""];
    stream.on("error", () => {});
    stream.on("response", (received) => {
      headers = received;
    });
    stream.on("trailers", (received) => {
      trailers = received;
    });
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    stream.on("close", () => resolve({ headers, text, trailers, code: stream.rstCode }));
  });
}

function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body = ""): Promise<Answer> {
  const stream = session.request(headers);
  stream.end(body);
  return answerOf(stream);
}

/** Answers as gRPC does: with what it got, and its status behind the body. */
function echo(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  let body = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    body += chunk;
  });
  stream.on("end", () => {
    stream.respond(
      { ":status": 200, "content-type": "application/grpc", "x-cspace-route": "spoofed" },
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "grpc-message": "ok" }));
    stream.end(JSON.stringify({ body, headers }));
  });
}

test("a call goes through with its body, headers and trailers, and says who asked", async () => {
  const service = await listenHttp2(echo);
  const { port } = await startGateway([route(service.port)]);
  const session = open(port);
  const sent = { ...post, te: "trailers", "x-forwarded-for": "6.6.6.6", forwarded: "for=6.6.6.6", "x-own": "1" };
  const { headers, text, trailers, code } = await ask(session, sent, "hello");
  expect(headers).toMatchObject({ ":status": 200, "content-type": "application/grpc", "x-cspace-route": mark });
  expect(trailers).toMatchObject({ "grpc-status": "0", "grpc-message": "ok" });
  expect(code).toBe(constants.NGHTTP2_NO_ERROR);
  const seen = JSON.parse(text);
  expect(seen.body).toBe("hello");
  expect(seen.headers).toMatchObject({
    ":method": "POST",
    ":path": "/shop.Orders/List",
    ":authority": hostname,
    te: "trailers",
    "x-own": "1",
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-host": hostname,
    "x-forwarded-proto": "http",
    via: expect.stringMatching(/^2\.0 cspace-/),
  });
  expect(seen.headers.forwarded).not.toContain("6.6.6.6");
});

test("many calls share one session, to several services, beside HTTP/1.1 on the same port", async () => {
  const services = await Promise.all(["a", "b"].map((name) => listenHttp2((stream) => void stream.end(name))));
  const plain = await listenHttp((_, response) => response.end("plain"));
  const labels = ["a", "b"];
  const { port, gateway } = await startGateway([
    ...services.map((service, index) => route(service.port, { label: labels[index] as string })),
    route(plain),
  ]);
  const session = open(port);
  const calls = Array.from({ length: 200 }, (_, index) => {
    const label = labels[index % 2] as string;
    return ask(session, { ...post, ":authority": hostname.replace("dev", label) }).then(({ text }) => text === label);
  });
  expect((await Promise.all(calls)).every(Boolean)).toBe(true);
  expect(services.map((service) => service.sessions())).toEqual([1, 1]);
  const client = await openRaw(port);
  client.send(get("/"));
  expect(await client.closed()).toContain("plain");
  session.close();
  await eventually(() => services.every((service) => service.sessions() === 0));
  await eventually(() => gateway.clients === 0);
});

test("messages go both ways while the call is open", async () => {
  const service = await listenHttp2((stream) => {
    stream.respond({ ":status": 200 });
    stream.setEncoding("utf8").on("data", (chunk: string) => void stream.write(`<${chunk}>`));
    stream.on("end", () => void stream.end());
  });
  const { port } = await startGateway([route(service.port)]);
  const stream = open(port).request(post);
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  for (const word of ["one", "two", "three"]) {
    stream.write(word);
    await eventually(() => text.endsWith(`<${word}>`));
  }
  stream.end();
  await eventually(() => stream.closed);
  expect(text).toBe("<one><two><three>");
});

test("a large answer is held back by who reads slowly", async () => {
  let sent = 0;
  const service = await listenHttp2((stream) => {
    stream.respond({ ":status": 200 });
    const more = (): void => {
      while (sent < 64 * 2 ** 20) {
        sent += 65_536;
        if (!stream.write(Buffer.alloc(65_536))) return void stream.once("drain", more);
      }
      stream.end();
    };
    more();
  });
  const { port } = await startGateway([route(service.port)]);
  const stream = open(port).request(post).end();
  await new Promise((resolve) => stream.once("response", resolve));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(sent).toBeLessThan(4 * 2 ** 20);
  let got = 0;
  stream.on("data", (chunk: Buffer) => {
    got += chunk.length;
  });
  await eventually(() => stream.closed, 20_000);
  expect(got).toBe(64 * 2 ** 20);
});

test("a call that the client ends, ends at the service; one that the service resets is reset", async () => {
  const ended: number[] = [];
  const service = await listenHttp2((stream, headers) => {
    stream.on("close", () => ended.push(stream.rstCode));
    if (headers[":path"] === "/reset") {
      stream.respond({ ":status": 200 });
      stream.write("some");
      setTimeout(() => stream.destroy(new Error("broken")), 50);
    }
  });
  const { port } = await startGateway([route(service.port)]);
  const session = open(port);
  const stream = session.request(post);
  stream.on("error", () => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  stream.close(constants.NGHTTP2_CANCEL);
  await eventually(() => ended.includes(constants.NGHTTP2_CANCEL));
  const { text, code } = await ask(session, { ...post, ":path": "/reset" });
  expect([text, code]).toEqual(["some", constants.NGHTTP2_INTERNAL_ERROR]);
});

test("what the gateway says of itself, gRPC gets in its own words", async () => {
  const down = await closedPort();
  const { port } = await startGateway([
    route(down, { lastLines: () => ["no database"] }),
    route(await listenHttp((_, response) => response.end()), { label: "old" }),
  ]);
  const session = open(port);
  const grpc = { ...post, "content-type": "application/grpc" };
  expect((await ask(session, grpc)).headers).toMatchObject({
    ":status": 200,
    "grpc-status": "14",
    "grpc-message": expect.stringMatching(/^dev is down/),
    "x-cspace-route": mark,
  });
  const unknown = await ask(session, { ...grpc, ":authority": "nope.cspace.local" });
  expect(unknown.headers).toMatchObject({ "grpc-status": "12" });
  expect(unknown.headers["x-cspace-route"]).toBeUndefined();
  const text = await ask(session, post);
  expect([text.headers[":status"], text.text]).toEqual([502, expect.stringMatching(/dev is down.*no database/s)]);
  const old = await ask(session, { ...grpc, ":authority": hostname.replace("dev", "old") });
  expect(old.headers["grpc-message"]).toMatch(/^old closed the connection, or does not speak HTTP\/2/);
});

test("a service that starts is waited for, and one that moves is found again", async () => {
  const [first, second] = await Promise.all(
    ["one", "two"].map((name) => listenHttp2((stream) => void stream.end(name))),
  );
  const { port, gateway } = await startGateway([route(await closedPort(), { starting: true })]);
  const session = open(port);
  const waiting = ask(session, post);
  await new Promise((resolve) => setTimeout(resolve, 100));
  gateway.setRoutes([route(first?.port as number)]);
  expect((await waiting).text).toBe("one");
  gateway.setRoutes([route(second?.port as number)]);
  expect((await ask(session, post)).text).toBe("two");
});

test("a request that comes round is refused", async () => {
  const { port, gateway } = await startGateway([]);
  gateway.setRoutes([route(port)]);
  const { text, headers } = await ask(open(port), post);
  expect([headers[":status"], text]).toEqual([508, expect.stringContaining("leads back")]);
});

test("closing lets a call end, and takes no other", async () => {
  let end = (): void => undefined;
  const service = await listenHttp2((stream) => {
    stream.respond({ ":status": 200 });
    stream.write("begin");
    end = () => void stream.end("-end");
  });
  const { port, gateway } = await startGateway([route(service.port)], { drainTimeoutMs: 5_000 });
  const session = open(port);
  const answer = ask(session, post);
  await eventually(() => service.sessions() === 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closed = gateway.close();
  setTimeout(() => end(), 100);
  expect((await answer).text).toBe("begin-end");
  await closed;
  expect(gateway.clients).toBe(0);
});

test.each(["PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\xff\x09garbage"])(
  "what only begins like HTTP/2 ends its own connection: %j",
  async (bytes) => {
    const { port, gateway } = await startGateway([route(await listenHttp((_, response) => response.end("ok")))]);
    const client = await openRaw(port);
    client.send(bytes);
    await client.closed();
    await eventually(() => gateway.clients === 0);
    const late = await openRaw(port);
    late.send(`${get("/").replace("Connection: close\r\n", "")}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`);
    expect(await late.closed()).toMatch(/ok.* 505 /s);
  },
);

test("a real gRPC client calls a real gRPC service, once and in a stream, and learns why a service is down", async () => {
  const text = { serialize: (value: string) => Buffer.from(value), deserialize: (bytes: Buffer) => bytes.toString() };
  const method = (name: string, stream: boolean) => ({
    path: `/shop.Orders/${name}`,
    requestStream: stream,
    responseStream: stream,
    requestSerialize: text.serialize,
    requestDeserialize: text.deserialize,
    responseSerialize: text.serialize,
    responseDeserialize: text.deserialize,
  });
  const server = new Server();
  server.addService(
    { Greet: method("Greet", false), Chat: method("Chat", true) },
    {
      Greet: (call: ServerUnaryCall<string, string>, done: sendUnaryData<string>) =>
        done(null, `hello ${call.request}`),
      Chat: (call: ServerDuplexStream<string, string>) => {
        call.on("data", (word: string) => call.write(`<${word}>`));
        call.on("end", () => call.end());
      },
    },
  );
  onTestFinished(() => server.forceShutdown());
  const servicePort = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const { port } = await startGateway([route(servicePort), route(await closedPort(), { label: "down" })]);
  const clientOf = (authority: string): Client => {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      "grpc.default_authority": authority,
    });
    onTestFinished(() => client.close());
    return client;
  };
  const call = (authority: string): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      clientOf(authority).makeUnaryRequest(
        "/shop.Orders/Greet",
        text.serialize,
        text.deserialize,
        "ada",
        (error, answer) => (error === null ? resolve(answer) : reject(error)),
      );
    });
  expect(await call(hostname)).toBe("hello ada");
  const chat = clientOf(hostname).makeBidiStreamRequest("/shop.Orders/Chat", text.serialize, text.deserialize);
  const words: string[] = [];
  chat.on("data", (word: string) => words.push(word));
  for (const word of ["one", "two"]) chat.write(word);
  await eventually(() => words.length === 2);
  chat.end();
  await new Promise((resolve) => chat.once("end", resolve));
  expect(words).toEqual(["<one>", "<two>"]);
  await expect(call(hostname.replace("dev", "down"))).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    details: expect.stringMatching(/^down is down/),
  });
});

test("what cannot be handed on ends its own call, and nothing else", async () => {
  const service = await listenHttp2((stream) => void stream.end("fine"));
  const { port } = await startGateway([route(service.port)]);
  const session = open(port);
  const tunnel = session.request({ ":method": "CONNECT", ":authority": hostname });
  const refused = await answerOf(tunnel.end());
  expect(refused.headers[":status"]).toBe(400);
  expect((await ask(session, { ...post, ":authority": `${hostname}:123456` })).headers[":status"]).toBe(400);
  expect((await ask(session, post)).text).toBe("fine");
});

test("a client that leaves in the middle of an upload which nobody takes ends its own call", async () => {
  let answer = (): void => undefined;
  const service = await listenHttp2((stream) => {
    answer = () => stream.destroyed || stream.respond({ ":status": 200 }, { endStream: true });
  });
  const { port } = await startGateway([route(service.port)]);
  const session = open(port);
  const upload = session.request(post);
  upload.on("error", () => {});
  upload.write(Buffer.alloc(2 ** 20));
  await eventually(() => service.sessions() === 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  upload.close(constants.NGHTTP2_NO_ERROR);
  await new Promise((resolve) => setTimeout(resolve, 100));
  answer();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await ask(session, { ...post, ":authority": "nope.cspace.local" })).headers[":status"]).toBe(404);
});
