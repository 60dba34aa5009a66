import { execFileSync } from "node:child_process";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readFileState } from "@cspace/plan";
import { expect, test } from "vitest";
import { temporaryDirectory } from "./temporary-directory.ts";

const isRoot = process.getuid?.() === 0;
const isWindows = process.platform === "win32";
const unreadable = { code: "CSPACE_FILE_UNREADABLE" };

test("a file has its content, mode and owner", async () => {
  const path = join(await temporaryDirectory(), "a");
  await writeFile(path, "\uFEFFgrüß\r\n");
  await chmod(path, 0o640);
  const state = await readFileState(path);
  expect(state).toMatchObject({ kind: "file", path, target: path, content: "\uFEFFgrüß\r\n" });
  expect(state).toMatchObject(isWindows ? {} : { mode: 0o640, owner: { uid: process.getuid?.() } });
});

test("no file, or no directory for it, is missing", async () => {
  const directory = await temporaryDirectory();
  for (const path of [join(directory, "a"), join(directory, "no/a")]) {
    expect(await readFileState(path)).toEqual({ kind: "missing", path, target: path });
  }
});

test.skipIf(isWindows)("a symbolic link leads to its target, also through another link and to nothing", async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, "real/deep"), { recursive: true });
  await symlink("real/deep", join(directory, "linked"));
  await symlink("../a", join(directory, "real/deep/first"));
  await symlink("linked/first", join(directory, "second"));
  const path = join(directory, "second");
  const target = join(directory, "real/a");
  expect(await readFileState(path)).toEqual({ kind: "missing", path, target });
  await writeFile(target, "x");
  expect(await readFileState(path)).toMatchObject({ kind: "file", path, target, content: "x" });
});

test("what is there and cannot be read back byte for byte is unreadable, not missing", async () => {
  const directory = await temporaryDirectory();
  await expect(readFileState(directory)).rejects.toMatchObject({
    ...unreadable,
    message: `cannot read ${directory}: it is a directory`,
  });
  const path = join(directory, "latin1");
  await writeFile(path, Buffer.from([0x67, 0xfc]));
  await expect(readFileState(path)).rejects.toMatchObject({
    ...unreadable,
    message: `cannot read ${path}: it is not UTF-8 text`,
  });
  if (!isWindows) await expect(readFileState(join(path, "below"))).rejects.toMatchObject(unreadable);
});

test.skipIf(isWindows)("links in a circle and pipes are unreadable, and waited for by nobody", async () => {
  const directory = await temporaryDirectory();
  await symlink("b", join(directory, "a"));
  await symlink("a", join(directory, "b"));
  await expect(readFileState(join(directory, "a"))).rejects.toMatchObject(unreadable);
  execFileSync("mkfifo", [join(directory, "pipe")]);
  await expect(readFileState(join(directory, "pipe"))).rejects.toMatchObject(unreadable);
});

test.skipIf(isRoot || isWindows)("a file without permission is unreadable (not run as root)", async () => {
  const path = join(await temporaryDirectory(), "a");
  await writeFile(path, "x", { mode: 0o000 });
  await expect(readFileState(path)).rejects.toMatchObject({ ...unreadable, cause: { code: "EACCES" } });
});
