import { EventEmitter, once } from "node:events";
import { probeRoute } from "@cspace/ports";
import { expect, test } from "vitest";
import { closedPort, listenHttp, listenHttps, listenTcp } from "./listen.ts";
import { selfSigned } from "./self-signed.ts";

const route = { hostname: "dev.mercury.p.cspace.local", mark: "dev--mercury--p" };

test.each([200, 302, 404, 500, 502])("the mark claims the route, also with status %i", async (status) => {
  const port = await listenHttp((_, response) => {
    response.writeHead(status, { "X-Cspace-Route": route.mark, location: "http://127.0.0.1:1/" }).end();
  });
  // Nobody is led anywhere by another status.
  const leads = status === 302 ? { location: "http://127.0.0.1:1/" } : {};
  expect(await probeRoute({ ...route, port })).toEqual({ state: "claimed", status, ...leads });
});

test("no mark, or the mark of another route, claims nothing", async () => {
  const bare = await listenHttp((_, response) => void response.writeHead(404).end());
  expect(await probeRoute({ ...route, port: bare })).toEqual({ state: "unclaimed", status: 404 });
  const other = await listenHttp((_, response) => void response.setHeader("X-Cspace-Route", "dev--venus--p").end());
  expect(await probeRoute({ ...route, port: other })).toEqual({ state: "unclaimed", status: 200 });
});

test("it asks once for / with the route's hostname", async () => {
  const asked: unknown[] = [];
  const port = await listenHttp(({ method, url, headers }, response) => {
    asked.push([method, url, headers.host]);
    response.end();
  });
  await probeRoute({ ...route, port });
  expect(asked).toEqual([["GET", "/", `${route.hostname}:${port}`]]);
});

test.each([
  ["proxy", "\u00a7"],
  ["gateway", "/"],
] as const)(
  "the %s alone is asked by what it may not pass on, and its status says nothing of the service",
  async (reach, upgrade) => {
    const asked: unknown[] = [];
    const port = await listenHttp(({ headers }, response) => {
      asked.push([headers.host, headers.connection, headers.upgrade]);
      response.writeHead(500, { "X-Cspace-Route": route.mark }).end();
    });
    expect(await probeRoute({ ...route, port, reach })).toEqual({ state: "claimed", status: null });
    expect(asked).toEqual([[`${route.hostname}:${port}`, "Upgrade", upgrade]]);
  },
);

test.each([301, 308])("a route that sends on to HTTPS by %i is as its service is there", async (status) => {
  const claim = { "X-Cspace-Route": route.mark };
  const { certificate: cert, key } = selfSigned();
  const secure = await listenHttps({ cert, key }, (_, response) => void response.writeHead(502, claim).end());
  const location = (to: string): Promise<number> =>
    listenHttp((_, response) => void response.writeHead(status, { ...claim, location: to }).end());
  const sent = await location(`https://${route.hostname}:${secure}/`);
  expect(await probeRoute({ ...route, port: sent })).toEqual({ state: "claimed", status: 502 });
  const nowhere = await location(`https://${route.hostname}:${await closedPort()}/`);
  expect(await probeRoute({ ...route, port: nowhere })).toEqual({ state: "claimed", status });
  // Elsewhere, it is the service's own word.
  for (const to of [`https://example.com:${secure}/`, `https://${route.hostname}:${secure}/login`, "/"]) {
    const led = { state: "claimed", status, location: to };
    expect(await probeRoute({ ...route, port: await location(to) })).toEqual(led);
  }
});

test("an endless body does not keep it, and its connection is dropped", async () => {
  const dropped = new EventEmitter();
  const port = await listenHttp((request, response) => {
    request.socket.once("close", () => dropped.emit("close"));
    response.setHeader("X-Cspace-Route", route.mark);
    response.write("x".repeat(1_000_000));
  });
  const close = once(dropped, "close");
  expect(await probeRoute({ ...route, port })).toEqual({ state: "claimed", status: 200 });
  await close;
});

test("nobody there, or no HTTP there, is unreachable", async () => {
  expect(await probeRoute({ ...route, port: await closedPort() })).toEqual({
    state: "unreachable",
    reason: "ECONNREFUSED",
  });
  const talksOtherwise = await listenTcp("127.0.0.1", 0, (socket) => socket.end("SSH-2.0-x\r\n"));
  expect(await probeRoute({ ...route, port: talksOtherwise })).toMatchObject({ state: "unreachable" });
  const hangsUp = await listenTcp("127.0.0.1", 0, (socket) => socket.destroy());
  expect(await probeRoute({ ...route, port: hangsUp })).toMatchObject({ state: "unreachable" });
});

test("silence is a timeout, also after the first header", async () => {
  const silent = await listenTcp();
  expect(await probeRoute({ ...route, port: silent, timeoutMs: 50 })).toEqual({ state: "timeout" });
  const slow = await listenTcp("127.0.0.1", 0, (socket) => socket.write("HTTP/1.1 200 OK\r\nX-Cspace-"));
  expect(await probeRoute({ ...route, port: slow, timeoutMs: 50 })).toEqual({ state: "timeout" });
});

test("an abort rejects with its reason, before and during the request", async () => {
  const port = await listenTcp();
  const reason = new Error("stop");
  await expect(probeRoute({ ...route, port, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  const probe = probeRoute({ ...route, port, signal: controller.signal });
  controller.abort(reason);
  await expect(probe).rejects.toBe(reason);
});
