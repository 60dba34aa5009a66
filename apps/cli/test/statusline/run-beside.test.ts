import { expect, test } from "vitest";
import { runBeside } from "../../src/statusline/run-beside.ts";

test("a command that takes too long is ended, though it refuses to be, and what it printed counts", async () => {
  const options = { input: Buffer.alloc(0), env: process.env, platform: process.platform, timeoutMs: 300 };
  const begin = performance.now();
  expect(await runBeside("trap '' TERM; echo begun; while :; do sleep 0.1; done", options)).toBe("begun");
  expect(performance.now() - begin).toBeLessThan(5000);
});
