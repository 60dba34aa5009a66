import { isEngineError } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { expect, test } from "vitest";

test.each([
  "CSPACE_COMPOSE_MISSING",
  "CSPACE_COMPOSE_OLD",
  "CSPACE_CONTEXT_UNKNOWN",
  "CSPACE_ENGINE_ABSENT",
  "CSPACE_ENGINE_DENIED",
  "CSPACE_ENGINE_NOT_RUNNING",
  "CSPACE_ENGINE_OLD",
  "CSPACE_ENGINE_REMOTE",
] as const)("%s says that there is no usable engine", (code) => {
  expect(isEngineError(new CspaceError(code, "x"))).toBe(true);
});

test.each([
  new CspaceError("CSPACE_COMPOSE_FAILED", "x"),
  new CspaceError("CSPACE_OTHER", "x"),
  Object.assign(new Error("x"), { code: "CSPACE_ENGINE_ABSENT" }),
  undefined,
])("another error does not (%#)", (error) => {
  expect(isEngineError(error)).toBe(false);
});
