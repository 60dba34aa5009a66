import { describeHolder } from "@cspace/ports";
import { expect, test } from "vitest";

test("every kind has its words", () => {
  expect(describeHolder({ kind: "process", name: "nginx", pid: 123 })).toBe("nginx (pid 123)");
  expect(describeHolder({ kind: "container", name: "web-1" })).toBe("the container web-1");
  expect(describeHolder({ kind: "unknown" })).toBe("a process of another user");
});

test("a name cannot steer the terminal", () => {
  expect(describeHolder({ kind: "process", name: "\u001b[2Jx\n", pid: 1 })).toBe("?[2Jx? (pid 1)");
});
