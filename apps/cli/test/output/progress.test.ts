import { expect, test } from "vitest";
import { Output } from "../../src/output/output.ts";
import { createProgress } from "../../src/output/progress.ts";

async function progressOf(options: { json?: boolean; quiet?: boolean; verbose?: boolean } = {}): Promise<string> {
  const { json = false, quiet = false, verbose = false } = options;
  const written: string[] = [];
  const stderr = { write: (text: string) => written.push(text) };
  const output = new Output({ stdout: stderr, stderr, json, quiet, color: false });
  const progress = await createProgress(output, { verbose });
  progress.onStep({ name: "create" });
  progress.onLine("Container a  Created");
  progress.onStep({ name: "create", status: "done", ms: 12 });
  progress.onStep({ name: "wait" });
  progress.onStep({ name: "wait", status: "unchanged", ms: 1 });
  progress.stop();
  return written.join("");
}

test("without a terminal a plain line for each step that did something", async () => {
  expect(await progressOf()).toBe("done   create   12 ms\n");
});

test("the words from below with --verbose", async () => {
  expect(await progressOf({ verbose: true })).toBe("Container a  Created\ndone   create   12 ms\n");
});

test("nothing with --json or --quiet", async () => {
  expect(await progressOf({ json: true })).toBe("");
  expect(await progressOf({ quiet: true })).toBe("");
});
