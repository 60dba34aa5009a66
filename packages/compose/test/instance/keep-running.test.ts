import type { ComposeService, InstancePlan } from "@cspace/compose";
import { expect, test } from "vitest";
import { goesOn, keepRunning } from "../../src/instance/keep-running.ts";
import { fakeContainer, fakeEngine } from "../fake-engine.ts";

const plan = (services: Readonly<Record<string, ComposeService>>, routed: readonly string[] = []): InstancePlan =>
  ({ composeProject: "shop--mercury", model: { services }, routes: routed.map((service) => ({ service })) }) as never;
const container = (service: string, more = {}) =>
  fakeContainer({
    name: service,
    Labels: { "com.docker.compose.service": service, "com.docker.compose.project": "shop--mercury" },
    ...more,
  });
const port = { PrivatePort: 5432, Type: "tcp" };

test.each<[string, boolean, Readonly<Record<string, ComposeService>>, readonly string[], object]>([
  ["a route", true, { it: {} }, ["it"], {}],
  ["a published port", true, { it: { ports: [{ target: 80 }] } }, [], {}],
  ["a port of the image's", true, { it: {} }, [], { Ports: [port] }],
  ["a health check", true, { it: {} }, [], { Status: "Up 3 seconds (healthy)" }],
  ["others that need it", true, { it: {}, web: { depends_on: { it: { condition: "service_started" } } } }, [], {}],
  ["nothing", false, { it: {} }, [], {}],
  [
    "others that wait for its end",
    false,
    { it: {}, web: { depends_on: { it: { condition: "service_completed_successfully" } } } },
    ["it"],
    {},
  ],
  ["a policy of its own", false, { it: { restart: "no" } }, ["it"], {}],
  ["another policy of its own", false, { it: { deploy: { restart_policy: { condition: "none" } } } }, ["it"], {}],
  ["no part in the files", false, {}, ["it"], {}],
])("a service that has %s goes on: %s", (_, expected, services, routed, more) => {
  expect(goesOn(plan(services, routed), container("it", more))).toBe(expected);
});

test("what runs is kept running, and nothing else", async () => {
  const containers = [container("web"), container("db", { State: "exited" }), container("job")];
  const engine = fakeEngine({ containers });
  await keepRunning(plan({ web: {}, db: {}, job: {} }, ["web", "db"]), engine);
  expect(engine.calls).toEqual(["keep running id-web"]);
});
