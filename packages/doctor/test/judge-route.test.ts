import { judgeRoute, type RouteEvidence } from "@cspace/doctor";
import { expect, test } from "vitest";

const evidence: RouteEvidence = {
  label: "dev",
  instance: "mercury",
  project: "shop",
  hostname: "dev.mercury.shop.cspace.local",
  resolved: "loopback",
  isBuiltIn: false,
  state: "running",
  gone: false,
  directory: "/src/shop",
  server: { kind: "container", name: "web", port: 3000 },
  running: true,
  reason: null,
  sharedNetworks: ["cspace-shop"],
  proxy: "claimed",
  listeners: [{ address: "0.0.0.0", port: 3000 }],
  status: 200,
  location: null,
  refused: [],
  speaks: "http",
  scheme: "http",
};
const findings = (change: Partial<RouteEvidence>): string[] =>
  judgeRoute({ ...evidence, ...change }).flatMap(({ id, status, message }) =>
    status === "ok" ? [] : [`${status} ${id.replace("route.dev.", "")}: ${message}`],
  );

test("a route that is well, hop by hop", () => {
  expect(judgeRoute(evidence).map(({ id, status }) => `${id} ${status}`)).toEqual([
    "route.dev.name ok",
    "route.dev.instance ok",
    "route.dev.container ok",
    "route.dev.network ok",
    "route.dev.router ok",
    "route.dev.listening ok",
    "route.dev.answer ok",
  ]);
  const server = { kind: "process", name: "dev", port: 3000 } as const;
  expect(findings({ server, sharedNetworks: null, listeners: [{ address: "127.0.0.1", port: 3000 }] })).toEqual([]);
  expect(findings({ state: "asleep", running: false, reason: "it was stopped", status: null })).toEqual([]);
  expect(findings({ status: 404 })).toEqual([]);
  expect(findings({ resolved: "missing", isBuiltIn: true })).toEqual([]);
  expect(findings({ status: 302, location: "/login" })).toEqual([]);
});

test.each<[string, Partial<RouteEvidence>, string]>([
  [
    "another machine's name",
    { resolved: "elsewhere" },
    "fail name: dev.mercury.shop.cspace.local leads to another machine",
  ],
  [
    "a name that is not found",
    { resolved: "missing" },
    "warn name: programs do not find dev.mercury.shop.cspace.local",
  ],
  ["nothing runs", { state: "stopped", running: false }, "fail instance: nothing of mercury runs"],
  [
    "the container ended",
    { state: "partial", running: false, reason: "exited with code 3" },
    "fail container: the container web does not run: exited with code 3",
  ],
  [
    "its health check fails",
    { reason: "its health check fails" },
    "fail container: the container web is not ready: its health check fails",
  ],
  ["no network in common", { sharedNetworks: [] }, "fail network: the proxy and web share no network"],
  ["no router", { proxy: "unclaimed" }, "fail router: the proxy knows no route for dev.mercury.shop.cspace.local"],
  [
    "another port",
    { listeners: [{ address: "0.0.0.0", port: 5173 }], status: 502 },
    "fail listening: nothing listens on port 3000 in web; it listens on 0.0.0.0:5173",
  ],
  [
    "its own loopback",
    { listeners: [{ address: "127.0.0.1", port: 3000 }], status: 502 },
    "fail listening: web listens on 127.0.0.1 inside its container, where nobody else reaches it",
  ],
  [
    "IPv6's loopback",
    { listeners: [{ address: "::1", port: 3000 }], status: 502 },
    "fail listening: web listens on ::1 inside its container, where nobody else reaches it",
  ],
  ["TLS", { speaks: "https", status: 400 }, "fail answer: web speaks https, and the proxy was told http"],
  [
    "a host check",
    { refused: ["dev.mercury.shop.cspace.local"], status: 403 },
    "fail answer: web refuses to be asked for dev.mercury.shop.cspace.local",
  ],
  ["no answer", { status: 502 }, "fail answer: web gives no answer: the proxy says 502"],
  ["no answer in time", { status: null }, "fail answer: web gives no answer in time"],
  [
    "another origin",
    { status: 302, location: "http://localhost:3000/" },
    "warn redirect: web sends who asks for dev.mercury.shop.cspace.local to http://localhost:3000/",
  ],
])("%s", (_, change, expected) => {
  expect(findings(change)).toEqual([expected]);
});

test("behind a hop that fails nothing is judged; a directory that is gone is told beside", () => {
  expect(findings({ sharedNetworks: [], proxy: "unclaimed", status: null })).toHaveLength(1);
  expect(findings({ gone: true, status: 502 })).toEqual([
    "warn instance: the directory of mercury of shop, /src/shop, is gone",
    "fail answer: web gives no answer: the proxy says 502",
  ]);
});
