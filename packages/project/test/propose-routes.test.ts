import { isSlug } from "@cspace/hostnames";
import { checkSettings, proposeRoutes } from "@cspace/project";
import fc from "fast-check";
import { expect, test } from "vitest";

const ports = (...list: number[]): { ports: number[] } => ({ ports: list });
const labels = (services: Parameters<typeof proposeRoutes>[0]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(proposeRoutes(services)).map(([label, { service, port }]) => [label, `${service}:${port}`]),
  );

test("the first port has the service's name, the others the port as well; no port, no route", () => {
  expect(labels({ app: ports(3000, 4173, 3000), worker: ports(), db: ports(5432) })).toEqual({
    app: "app:3000",
    "app-4173": "app:4173",
    db: "db:5432",
  });
});

test("services of one slug are told apart by the port of the later one", () => {
  expect(labels({ my_app: ports(1), "my-app": ports(2), "My.App": ports(2) })).toEqual({
    "my-app": "my_app:1",
    "my-app-2": "my-app:2",
    "my-app-2-2": "My.App:2",
  });
});

test("a service keeps its own name when another one's port would give it", () => {
  expect(labels({ web: ports(80, 3000), "web-3000": ports(5) })).toEqual({
    web: "web:80",
    "web-3000": "web-3000:5",
    "web-3000-3000": "web:3000",
  });
});

test("every port gets one label, a slug, and the settings take the result", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "B", "1", "-", "_", "."), minLength: 1, maxLength: 70 });
  const service = fc.record({ ports: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }) });
  fc.assert(
    fc.property(fc.dictionary(name, service, { noNullPrototype: true }), (services) => {
      const routes = proposeRoutes(services);
      const wanted = Object.entries(services).flatMap(([key, { ports }]) =>
        [...new Set(ports)].map((p) => `${key} ${p}`),
      );
      expect(
        Object.values(routes)
          .map(({ service, port }) => `${service} ${port}`)
          .sort(),
      ).toEqual(wanted.sort());
      expect(Object.keys(routes).filter((label) => !isSlug(label))).toEqual([]);
      expect(checkSettings(JSON.stringify({ routes })).ok).toBe(true);
    }),
  );
});
