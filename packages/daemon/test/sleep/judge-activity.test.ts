import type { Activity } from "@cspace/compose";
import { expect, test } from "vitest";
import { findUse } from "../../src/sleep/judge-activity.ts";

const idle: Activity = { requests: 7, open: 0, connections: [], execs: 0, cpuMs: 1000, memoryBytes: 0 };
const use = (now: Partial<Activity>, before: Partial<Activity> = {}, ms = 1000) =>
  findUse({ at: 0, activity: { ...idle, ...before } }, { at: ms, activity: { ...idle, ...now } });

test("nothing", () => {
  expect(use({})).toBeNull();
  expect(use({ memoryBytes: 10 ** 9 })).toBeNull();
});

test("a request that has ended since, also where counts began anew", () => {
  expect(use({ requests: 8 })).toBe("a request");
  expect(use({ requests: 0 })).toBe("a request");
});

test("a stream: what is under way, and a connection that lasts; one that is new is none yet", () => {
  expect(use({ open: 1 })).toBe("a stream");
  expect(use({ connections: ["a"] }, { connections: ["a", "b"] })).toBe("a stream");
  expect(use({ connections: ["c"] }, { connections: ["a", "b"] })).toBeNull();
});

test("a command of somebody's, and work of more than a tenth of a processor", () => {
  expect(use({ execs: 1 })).toBe("a command");
  expect(use({ cpuMs: 1099 })).toBeNull();
  expect(use({ cpuMs: 1101 })).toBe("work");
  expect(use({ cpuMs: 1101 }, {}, 10_000)).toBeNull();
  // One that was started anew has worked for it.
  expect(use({ cpuMs: 10 })).toBe("work");
});
