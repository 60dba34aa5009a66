import { chmod, chown, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@cspace/plan";
import { expect, test } from "vitest";
import { readTree, temporaryDirectory } from "./temporary-directory.ts";

const isRoot = process.getuid?.() === 0;
const isWindows = process.platform === "win32";

test("it creates and replaces, and leaves nothing else behind", async () => {
  const directory = await temporaryDirectory();
  await writeFileAtomic(join(directory, "a"), "1");
  await writeFileAtomic(join(directory, "a"), "2");
  expect(await readTree(directory)).toEqual({ a: "2" });
});

test.skipIf(isWindows)("the old file is replaced as a whole: who has it open goes on reading it", async () => {
  const path = join(await temporaryDirectory(), "a");
  await writeFile(path, "old");
  const { ino } = await stat(path);
  await writeFileAtomic(path, "new");
  expect((await stat(path)).ino).not.toBe(ino);
});

test.skipIf(isWindows)("the mode stays, unless one is given", async () => {
  const path = join(await temporaryDirectory(), "a");
  await writeFile(path, "");
  await chmod(path, 0o604);
  await writeFileAtomic(path, "1");
  expect((await stat(path)).mode & 0o7777).toBe(0o604);
  await writeFileAtomic(path, "2", { mode: 0o400 });
  expect((await stat(path)).mode & 0o7777).toBe(0o400);
});

test.skipIf(!isRoot)("the owner stays (run as root only)", async () => {
  const path = join(await temporaryDirectory(), "a");
  await writeFile(path, "");
  await chown(path, 12_345, 54_321);
  await writeFileAtomic(path, "1");
  expect(await stat(path)).toMatchObject({ uid: 12_345, gid: 54_321 });
});

test.skipIf(isWindows)("a symbolic link stays a link, also one to nothing yet", async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, "real"));
  await symlink("real/a", join(directory, "link"));
  await writeFileAtomic(join(directory, "link"), "1");
  await writeFileAtomic(join(directory, "link"), "2");
  expect(await readlink(join(directory, "link"))).toBe("real/a");
  expect(await readFile(join(directory, "real/a"), "utf8")).toBe("2");
  expect(await readdir(join(directory, "real"))).toEqual(["a"]);
});

test("a missing directory", async () => {
  const path = join(await temporaryDirectory(), "no", "a");
  await expect(writeFileAtomic(path, "1")).rejects.toMatchObject({
    code: "CSPACE_WRITE_FAILED",
    message: `cannot write ${path}: its directory does not exist`,
    cause: { code: "ENOENT" },
  });
});

test("a rename that fails removes the temporary file and leaves what was there", async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, "a"));
  await writeFile(join(directory, "a/kept"), "x");
  await expect(writeFileAtomic(join(directory, "a"), "1")).rejects.toMatchObject({ code: "CSPACE_WRITE_FAILED" });
  expect(await readTree(directory)).toEqual({ a: null, "a/kept": "x" });
});

test.skipIf(isRoot || isWindows)("a read-only directory keeps the old content whole (not run as root)", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "a"), "old");
  await chmod(directory, 0o500);
  await expect(writeFileAtomic(join(directory, "a"), "new")).rejects.toMatchObject({
    code: "CSPACE_WRITE_FAILED",
    cause: { code: "EACCES" },
  });
  await chmod(directory, 0o700);
  expect(await readTree(directory)).toEqual({ a: "old" });
});

test("a mistake of the program is not a failed write", async () => {
  const path = join(await temporaryDirectory(), "a");
  await expect(writeFileAtomic(path, 1 as never)).rejects.toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
  await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
});
