import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rmdir, utimes, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { homePaths, withLock } from "@cspace/compose";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../temporary-directory.ts";

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function newHome(): Promise<ReturnType<typeof homePaths>> {
  return homePaths({ env: { CSPACE_HOME: join(await temporaryDirectory(), "home") } });
}

test("it gives what the work gives, and lets go of the lock, also when the work fails", async () => {
  const paths = await newHome();
  expect(await withLock(paths, "proxy", async () => 7)).toBe(7);
  await expect(withLock(paths, "proxy", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withLock(paths, "proxy", async () => 8, { timeoutMs: 0 })).toBe(8);
});

test("of many holders one works at a time", async () => {
  const paths = await newHome();
  let [inside, most, done] = [0, 0, 0];
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await pause(5);
    inside -= 1;
    done += 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(paths, "proxy", work)));
  expect({ most, done }).toEqual({ most: 1, done: 8 });
});

test("locks of different names do not wait for each other", async () => {
  const paths = await newHome();
  const inner = (): Promise<string> => withLock(paths, "instance-a", async () => "in", { timeoutMs: 0 });
  expect(await withLock(paths, "proxy", inner)).toBe("in");
});

test("another process's lock is waited for", async () => {
  const paths = await newHome();
  await mkdir(paths.run, { recursive: true });
  const lockfile = createRequire(import.meta.url).resolve("proper-lockfile");
  const program = `
    const { lock } = require(${JSON.stringify(lockfile)});
    lock(${JSON.stringify(join(paths.run, "proxy"))}, { realpath: false }).then(async (release) => {
      console.log("held");
      await new Promise((done) => setTimeout(done, 200));
      await release();
    });`;
  const holder = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  await expect(withLock(paths, "proxy", async () => "too soon", { timeoutMs: 50 })).rejects.toMatchObject({
    code: "CSPACE_LOCK_TIMEOUT",
    message: `another cspace holds ${join(paths.run, "proxy")}.lock`,
  });
  expect(await withLock(paths, "proxy", async () => "after it")).toBe("after it");
});

test("a holder that died more than ten seconds ago is forgotten", async () => {
  const paths = await newHome();
  const left = join(paths.run, "proxy.lock");
  await mkdir(left, { recursive: true });
  const long = new Date(Date.now() - 11_000);
  await utimes(left, long, long);
  expect(await withLock(paths, "proxy", async () => "mine", { timeoutMs: 500 })).toBe("mine");
});

test("a lock that was lost ends the wait for the work, and is not let go of", async () => {
  const paths = await newHome();
  const left = join(paths.run, "proxy.lock");
  const work = async (): Promise<void> => {
    await rmdir(left);
    await pause(10_000);
  };
  await expect(withLock(paths, "proxy", work)).rejects.toMatchObject({ code: "CSPACE_LOCK_LOST" });
});

test("waiting ends with the signal", async () => {
  const paths = await newHome();
  await mkdir(join(paths.run, "proxy.lock"), { recursive: true });
  const signal = AbortSignal.timeout(50);
  await expect(withLock(paths, "proxy", async () => 1, { signal })).rejects.toMatchObject({ name: "TimeoutError" });
});

test("a home that cannot be made is named", async () => {
  const folder = await temporaryDirectory();
  await writeFile(join(folder, "file"), "");
  const paths = homePaths({ env: { CSPACE_HOME: join(folder, "file/home") } });
  await expect(withLock(paths, "proxy", async () => 1)).rejects.toMatchObject({
    code: "CSPACE_HOME_UNWRITABLE",
    message: expect.stringContaining(paths.run),
  });
});
