import { CspaceError, isCspaceError } from "@cspace/errors";
import { expect, test } from "vitest";

test("it keeps the code, the hint and the cause", () => {
  const cause = new Error("EACCES");
  const error = new CspaceError("CSPACE_X", "x failed", { hint: "try y", cause });
  expect(error).toMatchObject({ name: "CspaceError", code: "CSPACE_X", message: "x failed", hint: "try y" });
  expect(error.cause).toBe(cause);
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toBe("CspaceError: x failed");
});

test("no cause means no `cause` property", () => {
  expect("cause" in new CspaceError("CSPACE_X", "x")).toBe(false);
});

test("it is told by its brand, not by its class", () => {
  const foreign = Object.assign(new Error("x"), { [Symbol.for("cspace.error")]: true, code: "CSPACE_X" });
  expect(isCspaceError(foreign)).toBe(true);
  expect(isCspaceError(new CspaceError("CSPACE_X", "x"))).toBe(true);
  for (const other of [new Error("x"), null, undefined, "CspaceError", {}]) expect(isCspaceError(other)).toBe(false);
});
