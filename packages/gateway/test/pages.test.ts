import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { palette } from "../src/pages/render-document.ts";
import { ask, closedPort, get, hostname, listenRaw, mark, route, startGateway } from "./harness.ts";

const bodyOf = (text: string): string => text.slice(text.indexOf("\r\n\r\n") + 4);
const html = "Accept: text/html,application/xhtml+xml,*/*;q=0.8";
const json = "Accept: application/json";
const to = (host: string, ...fields: string[]): string =>
  ["GET / HTTP/1.1", `Host: ${host}`, "Connection: close", ...fields, "", ""].join("\r\n");

test("an unknown host gets a page that lists what runs, with links, and no mark", async () => {
  const { port } = await startGateway([route(1), { label: "api", instance: "venus", project: "shop", upstream: 2 }]);
  const text = await ask(port, to(`nope.mercury.p.cspace.localhost:${port}`, html));
  expect(text).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  expect(text).not.toContain("X-Cspace-Route");
  expect(text).toContain("Content-Type: text/html; charset=utf-8\r\n");
  expect(text).toContain(`<a href="http://dev.mercury.p.cspace.localhost:${port}">`);
  expect(text).toContain(`<a href="http://api.venus.shop.cspace.localhost:${port}">`);
});

test("the list is JSON for who asks for JSON, and text for who asks for nothing", async () => {
  const { port } = await startGateway([route(1)]);
  expect(JSON.parse(bodyOf(await ask(port, to("x.cspace.local", json))))).toEqual({
    status: 404,
    error: "unknown-host",
    message: "Nobody serves x.cspace.local. This runs:",
    routes: [{ label: "dev", instance: "mercury", project: "p", route: mark, url: `http://${hostname}` }],
  });
  expect(bodyOf(await ask(port, to("localhost")))).toContain(`  http://${hostname}\n`);
});

test.each([
  ["text/plain", []],
  ["text/plain", ["*/*"]],
  ["text/plain", ["text/*"]],
  ["text/plain", ["image/png"]],
  ["text/plain", ["nonsense;q=x, ;, text/html;q=none"]],
  ["text/html", ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]],
  ["text/html", ["application/xhtml+xml"]],
  ["text/html", ["application/json;q=0.5, text/html"]],
  ["text/html", ["application/json;q=0, text/html;q=0.1"]],
  ["text/html", ["application/json;q=0.2", "text/html;q=0.3"]],
  ["text/html", ["text/plain;q=0, text/*"]],
  ["text/plain", ["text/html;q=0, */*"]],
  ["application/json", ["application/json, text/plain, */*"]],
  ["application/json", ["application/*"]],
  ["application/json", ["text/html;q=0.4, application/*;q=0.5"]],
  ["application/json", ["application/problem+json"]],
  ["application/json", ["Application/JSON; charset=utf-8; Q=0.7"]],
  ["application/json", ["text/html;level=1;q=0.4, application/json; version=2 ;q=0.5"]],
  ["application/json", ["text/*;q=0, */*"]],
] as const)("a page is %s for who accepts %j", async (type, accepted) => {
  const { port } = await startGateway([]);
  const text = await ask(port, to("x.cspace.local", ...accepted.map((accept) => `Accept: ${accept}`)));
  expect(text).toContain(`Content-Type: ${type}; charset=utf-8\r\n`);
});

test("a site that points a name of its own here learns nothing of what runs", async () => {
  const { port } = await startGateway([route(1)]);
  for (const accept of [html, json, "Accept: */*"]) {
    const text = await ask(port, to("rebound.example", accept));
    expect(text).toMatch(/^HTTP\/1\.1 404 /);
    expect(text).not.toContain("mercury");
  }
});

test("a service that is down is named, with its last lines, on a page with the route's mark", async () => {
  const upstream = await closedPort();
  const lastLines = (): readonly string[] => ["starting", "\u001b[31mError: <script>alert(1)</script>\u001b[0m"];
  const { port } = await startGateway([route(upstream, { process: "npm run <dev>", lastLines })]);
  const text = await ask(port, get("/", html));
  expect(text).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
  expect(text).toContain(`X-Cspace-Route: ${mark}\r\n`);
  expect(text).toContain("npm run &#60;dev&#62; is down");
  expect(text).toContain("Error: &#60;script&#62;alert(1)&#60;/script&#62;");
  expect(text).not.toMatch(/<script/);
  expect(text).not.toContain("\u001b");
  expect(JSON.parse(bodyOf(await ask(port, get("/", json))))).toMatchObject({
    status: 502,
    error: "process-down",
    route: mark,
    process: "npm run <dev>",
    port: upstream,
    lines: ["starting", "Error: <script>alert(1)</script>"],
  });
});

test("a log that cannot be read does not keep the page back, and one that takes its time is waited for", async () => {
  const broken = async (): Promise<string[]> => Promise.reject(new Error("no log"));
  const slow = (): Promise<string[]> => new Promise((resolve) => setTimeout(() => resolve(["slow line"]), 30));
  const upstream = await closedPort();
  const { gateway, port } = await startGateway([route(upstream, { lastLines: broken })]);
  expect(await ask(port, get("/"))).toContain("dev is down");
  gateway.setRoutes([route(upstream, { lastLines: slow })]);
  expect(await ask(port, get("/"))).toContain("slow line");
  gateway.setRoutes([route(upstream, { lastLines: () => new Promise(() => {}) })]);
  expect(await ask(port, get("/"))).toContain("dev is down");
});

test.each(["GET /<script>alert(1)</script>", "GET /%3Cscript%3E", "G<ET> /"])(
  "nothing of %s comes back",
  async (line) => {
    const { port } = await startGateway([route(await closedPort())]);
    for (const host of [hostname, "x.cspace.local", "<b>.cspace.local", "a'b.cspace.local"]) {
      const fields = `Host: ${host}\r\nConnection: close\r\n${html}\r\nX-<b>: <script>\r\nReferer: <script>`;
      expect(bodyOf(await ask(port, `${line} HTTP/1.1\r\n${fields}\r\n\r\n`))).not.toMatch(/<script|<b>|a'b/);
    }
  },
);

test("pages are not kept, not sniffed, and run nothing", async () => {
  const { port } = await startGateway([]);
  const text = await ask(port, to("x.cspace.local", html));
  expect(text).toContain("Cache-Control: no-store\r\n");
  expect(text).toContain("X-Content-Type-Options: nosniff\r\n");
  expect(text).toContain("Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n");
});

test("HEAD gets a page's head alone", async () => {
  const { port } = await startGateway([]);
  const text = await ask(port, `HEAD / HTTP/1.1\r\nHost: x.cspace.local\r\nConnection: close\r\n\r\n`);
  expect(text).toMatch(/^HTTP\/1\.1 404 .*\r\n\r\n$/s);
});

test("a service that closes without an answer is named", async () => {
  const upstream = await listenRaw((socket) => socket.once("data", () => socket.destroy()));
  const { port } = await startGateway([route(upstream)]);
  const text = await ask(port, get("/"));
  expect(text).toMatch(/^HTTP\/1\.1 502 /);
  expect(text).toContain("dev closed the connection without a complete answer");
});

test.each([
  ["Unauthorized", "Unauthorized"],
  ["220 mail.test ready\r\n", "220 mail.test ready"],
  [
    "Client sent an HTTP request\nto an HTTPS server.\u001b[31m\u0000",
    "Client sent an HTTP request to an HTTPS server.",
  ],
  ["x".repeat(5000), "x".repeat(200)],
])("what a service says in place of HTTP is shown, in a page and to an upgrade: %#", async (said, shown) => {
  const upstream = await listenRaw((socket) => socket.once("data", () => socket.end(said)));
  const { port } = await startGateway([route(upstream)]);
  for (const upgrade of ["Connection: close\r\n", "Connection: Upgrade, close\r\nUpgrade: websocket\r\n"]) {
    const text = await ask(port, `GET / HTTP/1.1\r\nHost: ${hostname}\r\n${upgrade}\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 502 /);
    expect(text).toContain(`dev answered something that is no HTTP: ${shown}.`.replace("..", "."));
    expect(text).toContain("X-Cspace-Route: ");
  }
});

test("a process that listens nowhere is down, in its own words where there are some, and nobody is dialled", async () => {
  const routes = [
    route(1, { upstream: null, reason: "web ended with code 3" }),
    route(1, { label: "api", upstream: null }),
  ];
  const { port } = await startGateway(routes);
  const ended = JSON.parse(bodyOf(await ask(port, to(hostname, json))));
  expect(ended).toMatchObject({
    status: 502,
    error: "process-down",
    message: "dev is down: web ended with code 3.",
    port: null,
  });
  const silent = await ask(port, to(hostname.replace("dev", "api")));
  expect(silent).toContain("api is down: it listens on no port.");
  expect(silent).toContain("X-Cspace-Route: api--mercury--p");
});

test("a route that a proxy in front serves is told of, without the mark that would prove it served", async () => {
  const waiting = "its health check has not passed";
  const { port } = await startGateway([route(1, { upstream: null, waiting, lastLines: () => ["no database"] })]);
  const text = await ask(port, to(hostname, json));
  expect(text).toMatch(/^HTTP\/1\.1 503 /);
  expect(text).not.toMatch(/x-cspace-route/i);
  expect(JSON.parse(bodyOf(text))).toMatchObject({
    error: "waiting",
    message: "dev is not served yet: its health check has not passed.",
    lines: ["no database"],
  });
});

test("the gateway's pages have the colours of the page that shows what runs", () => {
  const style = readFileSync(new URL("../../../apps/page/src/style.css", import.meta.url), "utf8");
  expect(style).toContain(palette);
});
