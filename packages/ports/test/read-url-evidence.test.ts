import { setTimeout } from "node:timers/promises";
import { chooseUrl, type NameResolution, readUrlEvidence } from "@cspace/ports";
import { expect, test } from "vitest";
import { closedPort, listenHttp, listenHttps, listenTcp } from "./listen.ts";
import { selfSigned } from "./self-signed.ts";

const mark = "dev--mercury--p";
const hostnames = ["cspace.local", "cspace.localhost"].map((domain) => ({
  domain,
  hostname: `dev.mercury.p.${domain}`,
}));
const says =
  (answers: Readonly<Record<string, NameResolution | Promise<never>>>) =>
  async (hostname: string): Promise<NameResolution> =>
    (await answers[hostname.split(".").at(-1) ?? ""]) ?? "none";
const never = new Promise<never>(() => {});

/** A proxy that claims the route, and counts how often it was asked. */
async function listenProxy(answerMs = 0): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const port = await listenHttp(async (request, response) => {
    asked.push(request.headers.upgrade ?? "-");
    await setTimeout(answerMs);
    response.setHeader("X-Cspace-Route", mark).end();
  });
  return { port, asked };
}

async function listenService(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const port = await listenHttp((request, response) => {
    asked.push(request.url ?? "");
    response.end();
  });
  return { url: `http://localhost:${port}`, asked };
}

test("a claimed route asks the service through the proxy alone", async () => {
  const [proxy, service] = [await listenProxy(), await listenService()];
  const resolve = says({ local: "loopback" });
  const question = { hostnames, mark, proxyPort: proxy.port, localUrl: service.url };
  const evidence = await readUrlEvidence(question, { platform: "linux", resolve });
  expect(evidence).toEqual({
    platform: "linux",
    hostnames: [
      { ...hostnames[0], resolves: "loopback" },
      { ...hostnames[1], resolves: "unknown" },
    ],
    proxy: { state: "claimed", status: 200, port: proxy.port },
    localUrl: service.url,
    starting: false,
  });
  expect(service.asked).toEqual([]);
});

test("a proxy that is not there decides at once, whatever the resolver does", async () => {
  const service = await listenService();
  const question = { hostnames, mark, proxyPort: await closedPort(), localUrl: service.url };
  const begin = performance.now();
  const evidence = await readUrlEvidence(question, { resolve: () => never });
  expect(performance.now() - begin).toBeLessThan(1000);
  expect(evidence).toMatchObject({ proxy: { state: "unreachable" }, localUp: true });
  expect(chooseUrl({ ...evidence, reader: "program" })).toMatchObject({ url: service.url, via: "port", health: "up" });
});

test("silence everywhere ends at the deadline, and the reason says so", async () => {
  const question = { hostnames, mark, proxyPort: await listenTcp(), localUrl: `http://localhost:${await listenTcp()}` };
  const begin = performance.now();
  const evidence = await readUrlEvidence(question, { timeoutMs: 600, resolve: () => never });
  expect(performance.now() - begin).toBeLessThan(1200);
  expect(evidence).toMatchObject({ proxy: { state: "timeout" }, localUp: false });
  expect(chooseUrl({ ...evidence, reader: "program" }).reason).toBe("the proxy did not answer in time");
});

test("a slow proxy does not keep the port from being asked, and is heard all the same", async () => {
  const [proxy, service] = [await listenProxy(600), await listenService()];
  const question = { hostnames, mark, proxyPort: proxy.port, localUrl: service.url };
  const evidence = await readUrlEvidence(question, { resolve: says({ local: "loopback" }) });
  expect(evidence.proxy.state).toBe("claimed");
  expect(service.asked).toEqual(["/"]);
});

test("a service that is slower than the deadline is served all the same, and its health is not known", async () => {
  const service = await listenService();
  // The proxy answers by itself what it cannot hand on, and nothing else before the service does.
  const proxyPort = await listenHttp(({ headers }, response) => {
    response.setHeader("X-Cspace-Route", mark);
    if (headers.upgrade !== undefined) response.writeHead(500).end();
  });
  const question = { hostnames, mark, proxyPort, localUrl: service.url };
  const evidence = await readUrlEvidence(question, { timeoutMs: 800, resolve: says({ local: "loopback" }) });
  expect(evidence.proxy).toEqual({ state: "claimed", status: null, port: proxyPort });
  expect(chooseUrl({ ...evidence, reader: "program" })).toMatchObject({ via: "proxy", health: "down" });
});

test.each([
  [undefined, "\u00a7"],
  ["proxy", "\u00a7"],
  ["gateway", "/"],
] as const)("who knows the route is asked alone: %s", async (server, upgrade) => {
  const asked: (string | undefined)[] = [];
  const proxyPort = await listenHttp(({ headers }, response) => {
    asked.push(headers.upgrade);
    response.setHeader("X-Cspace-Route", mark);
    if (headers.upgrade !== undefined) response.writeHead(400).end();
  });
  const question = { hostnames, mark, proxyPort, localUrl: null, ...(server === undefined ? {} : { server }) };
  const resolve = says({ local: "loopback" });
  expect((await readUrlEvidence(question, { reach: "proxy", resolve })).proxy.state).toBe("claimed");
  expect((await readUrlEvidence(question, { timeoutMs: 800, resolve })).proxy.state).toBe("claimed");
  expect(asked).toEqual([upgrade, undefined, upgrade]);
});

test("for a browser no name that it finds by itself is looked up", async () => {
  const proxy = await listenProxy();
  const asked: string[] = [];
  const resolve = async (hostname: string): Promise<NameResolution> => {
    asked.push(hostname);
    return "none";
  };
  const question = { hostnames, mark, proxyPort: proxy.port, localUrl: null };
  const evidence = await readUrlEvidence(question, { reader: "browser", platform: "linux", resolve });
  expect(asked).toEqual([hostnames[0]?.hostname]);
  expect(chooseUrl({ ...evidence, reader: "browser" }).url).toBe(`http://${hostnames[1]?.hostname}:${proxy.port}`);
  await readUrlEvidence(question, { reader: "browser", platform: "darwin", resolve });
  expect(asked).toHaveLength(3);
});

test("asked of the proxy alone, nothing reaches the service and its health is not known", async () => {
  const [proxy, service] = [await listenProxy(), await listenService()];
  const question = { hostnames, mark, proxyPort: proxy.port, localUrl: service.url };
  const options = { reach: "proxy", resolve: says({ local: "loopback" }) } as const;
  const claimed = await readUrlEvidence(question, options);
  expect(claimed.proxy).toEqual({ state: "claimed", status: null, port: proxy.port });
  expect(proxy.asked).not.toContain("-");
  const stopped = await readUrlEvidence({ ...question, proxyPort: null }, options);
  expect(stopped).toMatchObject({ proxy: { state: "stopped" } });
  expect(stopped).not.toHaveProperty("localUp");
  expect(service.asked).toEqual([]);
});

test("an abort rejects with its reason", async () => {
  const controller = new AbortController();
  const question = { hostnames, mark, proxyPort: await listenTcp(), localUrl: null };
  const reading = readUrlEvidence(question, { signal: controller.signal, resolve: () => never });
  const reason = new Error("stop");
  controller.abort(reason);
  await expect(reading).rejects.toBe(reason);
});

test("HTTPS is asked for who would trust it, and counts where the root's own certificate claims the route", async () => {
  const proxy = await listenProxy();
  const { certificate, key } = selfSigned("*.mercury.p.cspace.local");
  const asked: string[] = [];
  const port = await listenHttps({ cert: certificate, key }, (request, response) => {
    asked.push(request.headers.upgrade ?? "-");
    response.setHeader("X-Cspace-Route", mark).end();
  });
  const trusted = { browser: true, program: false };
  const question = { hostnames, mark, proxyPort: proxy.port, localUrl: null };
  const resolve = says({ local: "loopback" });
  const read = async (
    secure: { root: string; trusted: typeof trusted },
    reader: "browser" | "program" | "any" = "any",
  ) => (await readUrlEvidence({ ...question, secure: { port, ...secure } }, { resolve, reader })).secure;
  expect(await read({ root: certificate, trusted })).toEqual({ port, trusted });
  expect(await read({ root: certificate, trusted }, "browser")).toEqual({ port, trusted });
  // The service is not asked a second time.
  expect(asked).toEqual(["\u00a7", "\u00a7"]);
  expect(await read({ root: certificate, trusted }, "program")).toBeUndefined();
  expect(await read({ root: certificate, trusted: { browser: false, program: false } })).toBeUndefined();
  expect(asked).toHaveLength(2);
  const other = selfSigned("*.mercury.p.cspace.local").certificate;
  expect(await read({ root: other, trusted })).toBeUndefined();
});

test("HTTPS that serves another route is none", async () => {
  const proxy = await listenProxy();
  const { certificate, key } = selfSigned("*.mercury.p.cspace.local");
  const port = await listenHttps({ cert: certificate, key }, (_, response) => {
    response.setHeader("X-Cspace-Route", "other--mercury--p").end();
  });
  const secure = { port, root: certificate, trusted: { browser: true, program: true } };
  const question = { hostnames, mark, proxyPort: proxy.port, localUrl: null, secure };
  const evidence = await readUrlEvidence(question, { resolve: says({ local: "loopback" }) });
  expect(evidence.secure).toBeUndefined();
  const url = `http://dev.mercury.p.cspace.local:${proxy.port}`;
  expect(chooseUrl({ ...evidence, reader: "browser" }).url).toBe(url);
});
