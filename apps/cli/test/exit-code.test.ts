import { expect, test } from "vitest";
import { exitCodeOf } from "../src/exit-code.ts";

test.each([
  [
    1,
    ["CSPACE_COMPOSE_FAILED", "CSPACE_CONTAINER_FAILED", "CSPACE_PORT_TAKEN", "CSPACE_ROUTE_DOWN", "CSPACE_UNEXPECTED"],
  ],
  [
    2,
    [
      "CSPACE_USAGE",
      "CSPACE_SETTINGS_INVALID",
      "CSPACE_INSTANCE_UNKNOWN",
      "CSPACE_INSTANCE_AMBIGUOUS",
      "CSPACE_NAME_TAKEN",
    ],
  ],
  [
    3,
    [
      "CSPACE_ENGINE_ABSENT",
      "CSPACE_ENGINE_DENIED",
      "CSPACE_ENGINE_REMOTE",
      "CSPACE_COMPOSE_MISSING",
      "CSPACE_COMPOSE_OLD",
    ],
  ],
  [4, ["CSPACE_PLAN_NEEDS_ROOT", "CSPACE_CONFIRMATION_NEEDED", "CSPACE_ELEVATION_FAILED"]],
  [130, ["CSPACE_INTERRUPTED"]],
] as const)("%i", (exit, codes) => {
  expect(codes.map(exitCodeOf)).toEqual(codes.map(() => exit));
});
