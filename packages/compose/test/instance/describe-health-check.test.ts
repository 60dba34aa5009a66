import { expect, test } from "vitest";
import { describeHealthCheck } from "../../src/instance/describe-health-check.ts";

function describe(test: readonly string[] | null, log: { ExitCode: number; Output: string }[] = []): string {
  return describeHealthCheck({
    Config: { Image: "i", Labels: {}, Tty: false, ...(test === null ? {} : { Healthcheck: { Test: test } }) },
    State: { Status: "running", ExitCode: 0, ...(test === null ? {} : { Health: { Status: "unhealthy", Log: log } }) },
  });
}

test.each([
  [null, [], ""],
  [["CMD", "false"], [], "its health check (false) has not run yet"],
  [
    ["CMD", "curl", "-f", "x"],
    [{ ExitCode: 7, Output: "" }],
    "its health check (curl -f x) exited with code 7 and printed nothing",
  ],
  [
    ["CMD-SHELL", "test  -f /ok"],
    [{ ExitCode: -1, Output: "" }],
    "its health check (test -f /ok) did not end in time and printed nothing",
  ],
  [
    ["CMD", "a"],
    [
      { ExitCode: 1, Output: "" },
      { ExitCode: 0, Output: "fine" },
    ],
    "its health check (a) passed the last time",
  ],
  [
    ["CMD", "a"],
    [{ ExitCode: 1, Output: "one\n\ntwo  \n" }],
    "its health check (a) exited with code 1 and printed:\n  one\n  two",
  ],
] as const)("of %j with %j", (check, log, text) => {
  expect(describe(check, [...log])).toBe(text);
});

test("a long check is cut, and only the last lines of its output are kept", () => {
  const text = describe(["CMD", "x".repeat(500)], [{ ExitCode: 1, Output: "1\n2\n3\n4\n5\n6\n7\n" }]);
  expect(text).toContain(`(${"x".repeat(119)}…)`);
  expect(text.split("\n").slice(1)).toEqual(["  3", "  4", "  5", "  6", "  7"]);
});
