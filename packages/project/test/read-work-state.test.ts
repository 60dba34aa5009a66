import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readWorkState } from "@cspace/project";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;
const git = (...args: string[]): string => execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cspace-state-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a work tree has a commit, and is dirty by changed and by new files, and not by ignored ones", async () => {
  expect(await readWorkState(folder)).toBeNull();
  git("init", "-q");
  expect(await readWorkState(folder)).toEqual({ commit: null, dirty: false });
  writeFileSync(join(folder, "a"), "1");
  expect(await readWorkState(folder)).toEqual({ commit: null, dirty: true });
  writeFileSync(join(folder, ".gitignore"), "ignored\n");
  git("add", ".");
  git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one");
  const commit = git("rev-parse", "HEAD");
  writeFileSync(join(folder, "ignored"), "1");
  expect(await readWorkState(folder)).toEqual({ commit, dirty: false });
  writeFileSync(join(folder, "a"), "2");
  expect(await readWorkState(folder)).toEqual({ commit, dirty: true });
});

test("no program of the repository's configuration is run, and nothing is written", async () => {
  git("init", "-q");
  writeFileSync(join(folder, "a"), "1");
  git("add", ".");
  const hook = join(folder, "monitor.sh");
  writeFileSync(hook, `#!/bin/sh\ntouch ${join(folder, "ran")}\n`, { mode: 0o755 });
  git("config", "core.fsmonitor", hook);
  expect(await readWorkState(folder)).toMatchObject({ dirty: true });
  expect(existsSync(join(folder, "ran"))).toBe(false);
});
