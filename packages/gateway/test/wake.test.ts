import { createHash } from "node:crypto";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { hostname, listenHttp, mark, route, startGateway } from "./harness.ts";

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

function ask(
  port: number,
  options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: Buffer } = {},
): Promise<Answer> {
  const { method = "GET", headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const sent = requestHttp({ port, method, agent: false, headers: { host: hostname, ...headers } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
    });
    sent.on("error", reject).end(body);
  });
}

const page = { "sec-fetch-mode": "navigate", accept: "text/html" };

/** A gateway whose route sleeps, and what wakes it: `serve` lets the service answer. */
async function startAsleep(limits = {}) {
  let wakes = 0;
  let onWake = (): void => undefined;
  const wake = (): void => {
    wakes += 1;
    onWake();
  };
  const asleep = { ...route(1), upstream: null, wake };
  const { gateway, port } = await startGateway([asleep], limits);
  return {
    gateway,
    port,
    wakes: () => wakes,
    serveOnWake: (upstream: number, afterMs: number) => {
      onWake = () => {
        onWake = () => undefined;
        gateway.setRoutes([{ ...asleep, starting: true }]);
        void setTimeout(afterMs).then(() => gateway.setRoutes([route(upstream)]));
      };
    },
  };
}

test("the first request wakes what sleeps, waits, and is answered by it; as do all that come meanwhile", async () => {
  let served = 0;
  const upstream = await listenHttp((_, response) => {
    served += 1;
    response.end("awake");
  });
  const { port, serveOnWake } = await startAsleep();
  serveOnWake(upstream, 300);
  const answers = await Promise.all(Array.from({ length: 200 }, () => ask(port)));
  expect(answers.every(({ status, body }) => status === 200 && body === "awake")).toBe(true);
  expect(served).toBe(200);
});

test("who waits for a start only to learn how it is wakes nobody when that goes to sleep meanwhile; anybody else does", async () => {
  let wakes = 0;
  const wake = (): void => {
    wakes += 1;
  };
  const starting = { ...route(1), upstream: null, starting: true };
  const { gateway, port } = await startGateway([starting]);
  const asked = ask(port, { headers: { "x-cspace-probe": "1" } });
  await setTimeout(100);
  gateway.setRoutes([{ ...route(1), upstream: null, wake }]);
  const { status, headers } = await asked;
  expect([status, headers["x-cspace-state"], wakes]).toEqual([503, "asleep", 0]);

  gateway.setRoutes([starting]);
  const waiting = ask(port);
  await setTimeout(100);
  const upstream = await listenHttp((_, response) => void response.end("awake"));
  gateway.setRoutes([{ ...route(1), upstream: null, wake }]);
  await setTimeout(100);
  expect(wakes).toBeGreaterThan(0);
  gateway.setRoutes([route(upstream)]);
  expect((await waiting).body).toBe("awake");
});

test("an upload of 10 MB, of known length or in chunks, comes whole", async () => {
  const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
  const upstream = await listenHttp(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end(digest(Buffer.concat(chunks)));
  });
  const { port, serveOnWake } = await startAsleep();
  serveOnWake(upstream, 300);
  const body = Buffer.alloc(10_000_000, "0123456789abcdef-");
  const headers = { "content-length": String(body.length) };
  const [known, chunked] = await Promise.all([
    ask(port, { method: "POST", body, headers }),
    ask(port, { method: "PUT", body, headers: { "transfer-encoding": "chunked" } }),
  ]);
  expect([known.body, chunked.body]).toEqual([digest(body), digest(body)]);
});

test("an upgrade waits, too", async () => {
  const server = await listenHttp(() => undefined);
  const { port, serveOnWake } = await startAsleep();
  const { createServer } = await import("node:http");
  const upgrading = createServer().on("upgrade", (_, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello");
  });
  await new Promise<void>((resolve) => upgrading.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    upgrading.close();
    upgrading.closeAllConnections();
  });
  serveOnWake((upgrading.address() as { port: number }).port, 200);
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { host: hostname, connection: "Upgrade", upgrade: "websocket" };
    requestHttp({ port, agent: false, headers })
      .on("error", reject)
      .on("upgrade", (_, socket, head) => {
        const done = (bytes: Buffer): void => {
          socket.destroy();
          resolve(bytes.toString());
        };
        if (head.length > 0) done(head);
        else socket.once("data", done);
      })
      .end();
  });
  expect(text).toBe("hello");
  expect(server).toBeGreaterThan(0);
});

test("a browser that opens a page sees what it waits for, until it is there; a form that is sent waits", async () => {
  const upstream = await listenHttp((_, response) => void response.end("the app"));
  const { port, serveOnWake } = await startAsleep({ pageTimeoutMs: 100 });
  serveOnWake(upstream, 600);
  const form = ask(port, { method: "POST", headers: page });
  const first = await ask(port, { headers: page });
  expect([first.status, first.headers["retry-after"], first.headers["cache-control"]]).toEqual([503, "1", "no-store"]);
  expect(first.body).toContain('<meta http-equiv="refresh" content="1">');
  expect(first.body).toContain("dev is starting.");
  expect(first.headers["x-cspace-state"]).toBe("starting");
  const script = /<script>([\s\S]*)<\/script>/.exec(first.body)?.[1] ?? "";
  const hash = createHash("sha256").update(script).digest("base64");
  expect(first.headers["content-security-policy"]).toContain(`script-src 'sha256-${hash}'; connect-src 'self'`);
  // To a name that it does not trust, a browser says less.
  const plain = await ask(port, { headers: { "upgrade-insecure-requests": "1", accept: "text/html" } });
  expect(plain.status).toBe(503);
  expect((await form).body).toBe("the app");
  expect((await ask(port, { headers: page })).body).toBe("the app");
});

test("who only asks how it is wakes nobody, and is told", async () => {
  const { port, wakes, gateway } = await startAsleep();
  const probe = await ask(port, { headers: { "x-cspace-probe": "1", accept: "application/json" } });
  expect(probe.headers).toMatchObject({ "x-cspace-route": mark, "x-cspace-state": "asleep" });
  expect(JSON.parse(probe.body)).toMatchObject({ status: 503, error: "asleep", route: mark });
  // What is refused before the service is no request to it either.
  const refused = await ask(port, { headers: { connection: "Upgrade", upgrade: "/" } }).catch(() => undefined);
  expect(refused?.headers).toMatchObject({ "x-cspace-route": mark, "x-cspace-state": "asleep" });
  expect(wakes()).toBe(0);
  expect(gateway.traffic.size).toBe(0);
});

test("over HTTP/2, a probe is told as well, and a request waits", async () => {
  const { port, wakes, gateway } = await startAsleep({ wakeTimeoutMs: 300 });
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  const answer = (headers: Record<string, string>): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      session
        .request({ ":authority": hostname, ...headers })
        .on("response", resolve)
        .on("error", reject)
        .resume()
        .end();
    });
  expect(await answer({ "x-cspace-probe": "1" })).toMatchObject({ ":status": 503, "x-cspace-state": "asleep" });
  expect(wakes()).toBe(0);
  expect(await answer({})).toMatchObject({ ":status": 503 });
  expect(wakes()).toBeGreaterThan(0);
  expect(gateway.traffic.get(mark)?.ended).toBe(1);
});

test("what does not wake is told after the time for it", async () => {
  const { port } = await startAsleep({ wakeTimeoutMs: 200 });
  const { status, headers, body } = await ask(port);
  expect([status, headers["retry-after"], body]).toEqual([503, "1", "dev is starting.\n"]);
});

test("what is asked is counted: what is under way, what has ended, and no probes", async () => {
  let answer = (): void => undefined;
  const upstream = await listenHttp((_, response) => {
    response.write("begun");
    answer = () => void response.end();
  });
  const { gateway, port } = await startGateway([route(upstream)]);
  const asked = ask(port);
  await expect.poll(() => gateway.traffic.get(mark)).toEqual({ open: 1, ended: 0 });
  answer();
  await asked;
  await expect.poll(() => gateway.traffic.get(mark)).toEqual({ open: 0, ended: 1 });
  const probe = ask(port, { headers: { "x-cspace-probe": "1" } });
  await setTimeout(50);
  expect(gateway.traffic.get(mark)).toEqual({ open: 0, ended: 1 });
  answer();
  await probe;
});

test("a tunnel is under way for as long as it is open", async () => {
  const { createServer } = await import("node:http");
  const upgrading = createServer().on("upgrade", (_, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    socket.on("data", () => socket.end());
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => upgrading.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void upgrading.close());
  const { gateway, port } = await startGateway([route((upgrading.address() as { port: number }).port)]);
  const headers = { host: hostname, connection: "Upgrade", upgrade: "websocket" };
  const socket = await new Promise<import("node:stream").Duplex>((resolve, reject) => {
    requestHttp({ port, agent: false, headers })
      .on("error", reject)
      .on("upgrade", (_, one) => resolve(one))
      .end();
  });
  socket.on("error", () => undefined).resume();
  expect(gateway.traffic.get(mark)).toEqual({ open: 1, ended: 0 });
  socket.end("bye");
  await expect.poll(() => gateway.traffic.get(mark)).toEqual({ open: 0, ended: 1 });
});
