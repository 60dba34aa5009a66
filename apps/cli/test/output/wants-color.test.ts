import { expect, test } from "vitest";
import { wantsColor } from "../../src/output/wants-color.ts";

test.each([
  ["a terminal", true, {}, true, true],
  ["no terminal", true, {}, undefined, false],
  ["--no-color", false, { FORCE_COLOR: "1" }, true, false],
  ["NO_COLOR", true, { NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
  ["an empty NO_COLOR", true, { NO_COLOR: "" }, true, true],
  ["FORCE_COLOR without a terminal", true, { FORCE_COLOR: "1" }, undefined, true],
  ["FORCE_COLOR=0", true, { FORCE_COLOR: "0" }, true, false],
  ["an empty FORCE_COLOR", true, { FORCE_COLOR: "" }, true, true],
  ["a dumb terminal", true, { TERM: "dumb" }, true, false],
  ["a dumb terminal, and FORCE_COLOR", true, { TERM: "dumb", FORCE_COLOR: "1" }, true, true],
])("%s", (_, flag, env, isTTY, wanted) => {
  expect(wantsColor(flag, env, isTTY)).toBe(wanted);
});
