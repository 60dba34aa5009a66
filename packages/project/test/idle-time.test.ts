import { checkSettings, parseIdle } from "@cspace/project";
import { expect, test } from "vitest";

test.each([
  ["90s", 90_000],
  ["30m", 1_800_000],
  ["2h", 7_200_000],
  ["never", null],
  ["30", undefined],
  ["0m", undefined],
  ["-1m", undefined],
  ["1d", undefined],
  ["", undefined],
])("%s", (text, ms) => {
  expect(parseIdle(text)).toBe(ms);
  expect(checkSettings(JSON.stringify({ idle: text })).ok).toBe(ms !== undefined);
});

test("what is wrong is said with what would be right", () => {
  expect(checkSettings('{ "idle": "soon", "sleep": "nap" }')).toMatchObject({
    issues: [
      { path: "idle", message: 'must be a time ("90s", "30m", "2h") or "never", not "soon"' },
      { path: "sleep", message: 'must be "stop" or "pause", not "nap"' },
    ],
  });
});
