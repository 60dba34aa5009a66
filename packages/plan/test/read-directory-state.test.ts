import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readDirectoryState } from "@cspace/plan";
import { expect, test } from "vitest";
import { temporaryDirectory } from "./temporary-directory.ts";

test("a directory is there or missing", async () => {
  const path = await temporaryDirectory();
  expect(await readDirectoryState(path)).toMatchObject({ kind: "directory", path });
  expect(await readDirectoryState(join(path, "a/b"))).toEqual({ kind: "missing", path: join(path, "a/b") });
});

test("a file in its place is unreadable", async () => {
  const path = join(await temporaryDirectory(), "a");
  await writeFile(path, "");
  await expect(readDirectoryState(path)).rejects.toMatchObject({ code: "CSPACE_FILE_UNREADABLE" });
});
