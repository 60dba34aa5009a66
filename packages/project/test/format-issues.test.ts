import { formatIssues } from "@cspace/project";
import { expect, test } from "vitest";

test("one line each: place, path, message, hint", () => {
  const issues = [
    { path: "routes.dev.port", line: 7, column: 15, message: "must be a port" },
    { path: "", line: 9, column: 1, message: "lacks a value", hint: "give one" },
    { path: "routes.api.service", line: 0, column: 0, message: "names no service" },
  ];
  expect(`\n${formatIssues(".cspace.json", issues)}\n`).toMatchInlineSnapshot(`
    "
    .cspace.json:7:15  routes.dev.port  must be a port
    .cspace.json:9:1  lacks a value (give one)
    .cspace.json  routes.api.service  names no service
    "
  `);
  expect(formatIssues(".cspace.json", [])).toBe("");
});
