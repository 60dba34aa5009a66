import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, expect, test } from "vitest";
import { openBrowser } from "../../src/browser/open-browser.ts";

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill();
});

/** An opener that runs this program, as the package does: it is there once it has started. */
const opener =
  (file: string, ...args: string[]) =>
  (url: string): Promise<ChildProcess> =>
    new Promise((done, fail) => {
      const child = spawn(file, [...args, url], { stdio: "ignore" });
      running.push(child);
      child.once("error", fail).once("spawn", () => {
        child.off("error", fail);
        done(child);
      });
    });

const url = "http://dev.mercury.redux.cspace.localhost";
const { signal } = new AbortController();

test("one that opens it gets the URL", async () => {
  let opened = "";
  const open = (given: string): Promise<ChildProcess> => {
    opened = given;
    return opener("true")(given);
  };
  expect([await openBrowser(url, { signal, open }), opened]).toEqual([undefined, url]);
});

test("one that goes on is left running", async () => {
  expect(await openBrowser(url, { signal, open: opener("sh", "-c", "sleep 60"), patienceMs: 50 })).toBeUndefined();
  expect(running[0]?.exitCode).toBeNull();
});

test("one that cannot even start does not hold it up", async () => {
  expect(await openBrowser(url, { signal, open: () => new Promise(() => {}), patienceMs: 20 })).toBeUndefined();
});

test("one that fails, is killed, is not there, may not be run", async () => {
  const why = (file: string, ...args: string[]): Promise<string | undefined> =>
    openBrowser(url, { signal, open: opener(file, ...args) });
  expect(await why("sh", "-c", "exit 3")).toBe("the system's opener failed with exit code 3");
  expect(await why("sh", "-c", "kill -9 $$")).toBe("the system's opener failed");
  expect(await why("/nowhere/xdg-open")).toBe("there is no xdg-open on this machine");
  expect(await why("/etc")).toBe("etc could not be started (EACCES)");
});

test("one that ended before anybody looked", async () => {
  const open = async (): Promise<ChildProcess> => {
    const child = await opener("sh", "-c", "exit 4")(url);
    await new Promise((done) => child.once("exit", done));
    return child;
  };
  expect(await openBrowser(url, { signal, open })).toBe("the system's opener failed with exit code 4");
});

test("Ctrl-C ends the wait; a mistake of the program is no reason", async () => {
  const interrupted = AbortSignal.timeout(20);
  const waiting = openBrowser(url, { signal: interrupted, open: opener("sh", "-c", "sleep 60"), patienceMs: 60_000 });
  await expect(waiting).rejects.toThrow();
  await expect(openBrowser(url, { signal, open: () => Promise.reject(new TypeError("no")) })).rejects.toThrow("no");
});
