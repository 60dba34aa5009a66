import type { Instance, Route } from "@cspace/instances";
import { expect, test } from "vitest";
import { Output } from "../../src/output/output.ts";
import { renderInstance } from "../../src/output/render-instance.ts";

const stream = { write: () => undefined };
const plain = new Output({ stdout: stream, stderr: stream, json: false, quiet: false, color: false });

function route(label: string, change: Partial<Route> = {}): Route {
  const hostname = `${label}.mercury.redux.cspace.local`;
  return {
    label,
    hostname,
    hostnames: [hostname],
    url: `http://${hostname}`,
    browserUrl: `http://${hostname}`,
    localUrl: "http://localhost:49153",
    via: "proxy",
    reason: null,
    target: { service: "app", port: 3000 },
    health: "up",
    status: 200,
    refused: [],
    ...change,
  };
}

const instance: Instance = {
  project: "redux",
  instance: "mercury",
  directory: "/src/redux",
  branch: "main",
  gone: false,
  engine: "docker",
  state: "running",
  asleep: null,
  createdAt: null,
  routes: [
    route("dev"),
    route("preview", { health: "down" }),
    route("docs", {
      via: "port",
      url: "http://localhost:49153",
      browserUrl: "http://localhost:49153",
      health: "starting",
    }),
    route("api", {
      via: "none",
      url: null,
      browserUrl: null,
      localUrl: null,
      reason: "its container does not run",
      health: "down",
    }),
  ],
  ports: [
    { label: null, service: "db", port: 5432, protocol: "tcp", localAddress: "localhost:49155" },
    { label: null, service: "dns", port: 53, protocol: "udp", localAddress: null },
  ],
  services: [
    { service: "app", state: "running", reason: null },
    { service: "db", state: "unhealthy", reason: "its health check fails" },
    { service: "migrate", state: "ended", reason: null },
    { service: "queue", state: "running", reason: null },
    { service: "worker", state: "failed", reason: "exited with code 4" },
  ],
};

test("every route with its URL, where that comes from and its health; every port with its address; every other service", () => {
  expect(renderInstance(instance, plain)).toMatchInlineSnapshot(`
    "mercury of redux
      dev      http://dev.mercury.redux.cspace.local      proxy          up
      preview  http://preview.mercury.redux.cspace.local  proxy          down
      docs     http://localhost:49153                     port           starting
      api      -                                          nowhere        down  its container does not run
      db       localhost:49155                            port 5432/tcp  unhealthy  its health check fails
      dns      -                                          port 53/udp
      queue    -                                          no port        up
      worker   -                                          no port        failed  exited with code 4"
  `);
});

test("a state other than running is said; an instance with nothing to open is one line", () => {
  expect(renderInstance({ ...instance, state: "partial", routes: [], ports: [], services: [] }, plain)).toBe(
    "mercury of redux  partial",
  );
});

test.each([
  [{}, "mercury of redux  /src/redux (main)"],
  [{ branch: null }, "mercury of redux  /src/redux"],
  [{ branch: null, gone: true, state: "stopped" as const }, "mercury of redux  stopped  /src/redux is gone"],
  [{ branch: null, gone: true, directory: "" }, "mercury of redux"],
])("where it is asked for, the directory, its branch, and that it is gone: %j", (change, line) => {
  expect(renderInstance({ ...instance, routes: [], ports: [], services: [], ...change }, plain, { where: true })).toBe(
    line,
  );
});

test("in a terminal with colours an instance has its own, the same each time, and none where there are no colours", () => {
  const colored = new Output({ stdout: stream, stderr: stream, json: false, quiet: false, color: true });
  const dotOf = (name: string): string | undefined =>
    /^\p{Cc}\[38;5;(\d+)m●/u.exec(renderInstance({ ...instance, instance: name }, colored))?.[1];
  expect(dotOf("mercury")).toMatch(/^\d+$/);
  expect(dotOf("mercury")).toBe(dotOf("mercury"));
  expect(new Set(["mercury", "venus", "earth", "mars"].map(dotOf)).size).toBeGreaterThan(2);
  expect(renderInstance(instance, plain)).not.toContain("●");
});
