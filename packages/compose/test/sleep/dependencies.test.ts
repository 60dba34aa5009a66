import { expect, test } from "vitest";
import { dependenciesOf, stopOrder } from "../../src/sleep/dependencies.ts";
import { fakeContainer } from "../fake-engine.ts";

const container = (service: string, dependsOn = "") =>
  fakeContainer({
    name: service,
    Labels: {
      "com.docker.compose.service": service,
      ...(dependsOn === "" ? {} : { "com.docker.compose.depends_on": dependsOn }),
    },
  });
const names = (groups: readonly (readonly { readonly Names: readonly string[] }[])[]): string[][] =>
  groups.map((group) => group.flatMap(({ Names }) => Names.map((name) => name.slice(1))).sort());

test("what a container waits for is read from Compose's own label", () => {
  const label = "db:service_healthy:false,cache:service_started:true,seed:service_completed_successfully:false";
  expect(dependenciesOf(container("web", label))).toEqual([
    { service: "db", condition: "healthy" },
    { service: "cache", condition: "started" },
    { service: "seed", condition: "completed" },
  ]);
  expect(dependenciesOf(container("web"))).toEqual([]);
  expect(dependenciesOf(container("web", ",db,:x:,a:service_odd:false"))).toEqual([]);
});

test("each group stops after those that depend on it", () => {
  const web = container("web", "api:service_started:false,db:service_healthy:false");
  const api = container("api", "db:service_healthy:false");
  expect(names(stopOrder([container("db"), api, web, container("worker", "db:service_started:false")]))).toEqual([
    ["web", "worker"],
    ["api"],
    ["db"],
  ]);
  expect(stopOrder([])).toEqual([]);
});

test("a circle, or one that depends on itself, ends", () => {
  const circle = [container("a", "b:service_started:false"), container("b", "a:service_started:false")];
  expect(names(stopOrder(circle))).toEqual([["a", "b"]]);
  expect(names(stopOrder([container("a", "a:service_started:false")]))).toEqual([["a"]]);
});
