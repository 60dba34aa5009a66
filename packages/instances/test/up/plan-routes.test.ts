import type { ComposeModel } from "@cspace/compose";
import type { Project, Settings } from "@cspace/project";
import { describe, expect, test } from "vitest";
import { planRoutes } from "../../src/up/plan-routes.ts";

function project(settings: Settings = {}): Project {
  return {
    directory: "/src/redux",
    name: "redux",
    slug: "redux" as Project["slug"],
    nameSource: "directory",
    settings,
    settingsFile: "/src/redux/.cspace.json",
    settingsText: JSON.stringify(settings),
    composeFiles: ["/src/redux/compose.yaml"],
    workTree: null,
    identity: { repository: { path: "/src/redux", id: null }, directory: { path: "/src/redux", id: null } },
  };
}

const model: ComposeModel = {
  services: {
    app: { ports: [{ target: 3000 }], expose: ["4173"] },
    db: { ports: [{ target: 5432 }] },
    worker: {},
  },
};

const short = (settings: Settings = {}, of: ComposeModel = model): string[] =>
  planRoutes(project(settings), of).map(({ label, service, port }) => `${label} ${service}:${port}`);

describe("without settings", () => {
  test("every port that may speak HTTP is a route, the first under its service's own name", () => {
    expect(short()).toEqual(["app app:3000", "app-4173 app:4173"]);
  });

  test.each([
    ["postgres", 5432],
    ["mysql", 3306],
    ["redis", 6379],
    ["mongo", 27017],
    ["kafka", 9092],
    ["rabbitmq", 5672],
    ["smtp", 1025],
    ["ssh", 22],
    ["memcached", 11211],
  ])("%s gets none", (name, port) => {
    expect(short({}, { services: { [name]: { ports: [{ target: port }] } } })).toEqual([]);
  });

  test("a service whose other port speaks HTTP has that one", () => {
    const services = { rabbitmq: { ports: [{ target: 5672 }, { target: 15672 }] } };
    expect(short({}, { services })).toEqual(["rabbitmq rabbitmq:15672"]);
  });

  test("a service on another's network has none, nor has a port of UDP", () => {
    const services = {
      sidecar: { network_mode: "service:app", expose: ["9000"] },
      dns: { ports: [{ target: 8053, protocol: "udp" }], expose: ["8054/udp"] },
    };
    expect(short({}, { services })).toEqual([]);
  });
});

describe("with settings", () => {
  test("their routes and no other, databases too when they say so", () => {
    const routes = { dev: { service: "app", port: 3000, env: ["VITE_URL"] }, sql: { service: "db", port: 5432 } };
    expect(planRoutes(project({ routes }), model)).toEqual([
      { label: "dev", service: "app", port: 3000, env: ["VITE_URL"] },
      { label: "sql", service: "db", port: 5432, env: [] },
    ]);
    expect(short({ routes: {} })).toEqual([]);
  });

  test("a container of the settings is served under its labels", () => {
    const container = { image: "node:24", ports: { "3000": "dev", "4173": "preview" } };
    expect(short({ container }, { services: { app: { expose: ["3000", "4173"] } } })).toEqual([
      "dev app:3000",
      "preview app:4173",
    ]);
  });

  test("every route that names what does not exist is an issue, at once and with its place", () => {
    const routes = { dev: { service: "ap", port: 3000 }, api: { service: "backend", port: 1 } };
    expect(() => planRoutes(project({ routes }), model)).toThrow(
      expect.objectContaining({
        code: "CSPACE_SETTINGS_INVALID",
        message: expect.stringMatching(
          /^\.cspace\.json is not valid:\n\.cspace\.json:1:\d+ {2}routes\.dev\.service .*\n.*routes\.api\.service/,
        ),
      }),
    );
  });
});
