import { expect, test } from "vitest";
import type { MachineInstance } from "../../src/describe/merge-instances.ts";
import { chooseTargets } from "../../src/life/choose-targets.ts";

const route = (label: string, service: string): MachineInstance["routes"][number] => ({
  label,
  service,
  port: 3000,
  bindings: [],
  running: true,
  starting: false,
});
const instance = {
  instance: "mercury",
  routes: [route("web", "app"), route("admin", "app"), { ...route("side", "side"), isProcess: true as const }],
  services: ["app", "db"],
};

test("without a name all is meant", () => {
  expect(chooseTargets(instance, [])).toEqual({ services: undefined, processes: undefined });
});

test("a label is what serves it, a service is itself, and each is meant once", () => {
  expect(chooseTargets(instance, ["web", "admin", "db", "side"])).toEqual({
    services: ["app", "db"],
    processes: ["side"],
  });
  expect(chooseTargets(instance, ["side"])).toEqual({ services: [], processes: ["side"] });
});

test("what a command in a terminal serves is its own affair", () => {
  const routes = [{ ...route("docs", "docs"), isProcess: true as const, leased: true }];
  expect(() => chooseTargets({ ...instance, routes }, ["docs"])).toThrow(
    expect.objectContaining({ code: "CSPACE_LABEL_TAKEN" }),
  );
  expect(chooseTargets({ ...instance, routes }, [])).toEqual({ services: undefined, processes: undefined });
});

test("what there is not is an error that names what there is", () => {
  expect(() => chooseTargets(instance, ["web", "admim"])).toThrow(
    expect.objectContaining({
      code: "CSPACE_LABEL_UNKNOWN",
      hint: "did you mean admin? there are: web, admin, side, app, db",
    }),
  );
});
