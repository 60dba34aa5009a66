import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isGone } from "@cspace/compose";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../temporary-directory.ts";

test("a directory that is there, and what is not there", async () => {
  const folder = await temporaryDirectory();
  await writeFile(join(folder, "file"), "");
  expect(isGone(folder)).toBe(false);
  expect(isGone(join(folder, "removed"))).toBe(true);
  expect(isGone(join(folder, "file", "below"))).toBe(true);
});

test.skipIf(process.getuid?.() === 0)("what this user may not look into is not gone", async () => {
  const folder = join(await temporaryDirectory(), "closed");
  await mkdir(folder, { mode: 0o000 });
  try {
    expect(isGone(join(folder, "inside"))).toBe(false);
  } finally {
    await chmod(folder, 0o700);
  }
});
