import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { lookUpName } from "../src/look-up-name.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cspace-lookup-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a program before all others. */
function fake(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
}

const lines = (file: string): string[] => readFileSync(join(folder, file), "utf8").trimEnd().split("\n");

describe.runIf(process.platform === "linux")("on Linux", () => {
  test("the system is asked", async () => {
    expect(await lookUpName("localhost")).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(127\.0\.0\.1|::1)$/)]),
    );
    expect(await lookUpName("nowhere.invalid")).toEqual([]);
  });

  test("what looks like an option is no name", async () => {
    fake("getent", "echo 127.0.0.1");
    expect(await lookUpName("--help")).toEqual([]);
  });

  test("names of one moment share a process for each last label, and get their own answers", async () => {
    fake("getent", `echo "$*" >>${folder}/calls; exec /usr/bin/getent "$@"`);
    const names = ["nowhere.invalid", "localhost", "127.0.0.7", "elsewhere.invalid", "localhost"];
    const answers = await Promise.all(names.map((name) => lookUpName(name)));
    expect(answers.map((addresses) => addresses.length > 0)).toEqual([false, true, true, false, true]);
    expect(new Set(answers[2])).toEqual(new Set(["127.0.0.7"]));
    expect(lines("calls")).toHaveLength(3);
    expect(await lookUpName("localhost")).not.toEqual([]);
    expect(lines("calls")).toHaveLength(4);
  });

  test("names that are not found are told from those after them", async () => {
    const names = ["a.nowhere.localhost", "b.nowhere.localhost", "localhost"];
    fake("getent", `exec /usr/bin/getent -s files "$@"`);
    const answers = await Promise.all(names.map((name) => lookUpName(name)));
    expect(answers.map((addresses) => addresses.length > 0)).toEqual([false, false, true]);
  });

  test("of many names without a rule, some are asked for, and all others looked for in the hosts file", async () => {
    fake(
      "getent",
      `echo "$*" >>${folder}/calls
[ "$1" = -s ] || exec sleep 0.1
for name; do case $name in web.n7.test|127.255.255.254) echo "127.0.0.1 STREAM" | sed "s/127.0.0.1/$([ $name = web.n7.test ] && echo 127.0.0.1 || echo $name)/";; esac; done`,
    );
    const names = Array.from({ length: 40 }, (_, index) => `web.n${index}.test`);
    const answers = await Promise.all(names.map((name) => lookUpName(name)));
    expect(answers.flatMap((addresses, index) => (addresses.length > 0 ? index : []))).toEqual([7]);
    const calls = lines("calls");
    expect(calls.slice(0, 3).sort()).toEqual(["ahosts web.n0.test", "ahosts web.n20.test", "ahosts web.n39.test"]);
    expect(calls.slice(3).map((call) => call.slice(0, 28))).toEqual(["-s files ahosts web.n0.test "]);
  });

  test("of many names with a rule, all are asked for", async () => {
    fake(
      "getent",
      `echo "$*" >>${folder}/calls; for name; do case $name in *test) echo 127.0.0.1;; 127*) echo $name;; esac; done`,
    );
    const names = Array.from({ length: 40 }, (_, index) => `web.n${index}.test`);
    const answers = await Promise.all(names.map((name) => lookUpName(name)));
    expect(answers.every(([address]) => address === "127.0.0.1")).toBe(true);
    expect(lines("calls").filter((call) => call.startsWith("-s"))).toEqual([]);
  });

  test("what is given up is ended, but not as long as another waits for it", async () => {
    fake("getent", `echo $$ >>${folder}/pids; sleep 1; exec /usr/bin/getent "$@"`);
    const [one, two] = [new AbortController(), new AbortController()];
    const first = lookUpName("localhost", { signal: one.signal });
    const second = lookUpName("localhost", { signal: two.signal });
    await vi.waitFor(() => expect(lines("pids")).toHaveLength(1));
    one.abort(new Error("one"));
    await expect(first).rejects.toThrow("one");
    expect(await second).not.toEqual([]);

    const third = lookUpName("localhost", { signal: two.signal });
    await vi.waitFor(() => expect(lines("pids")).toHaveLength(2));
    two.abort(new Error("two"));
    await expect(third).rejects.toThrow("two");
    const pid = Number(lines("pids")[1]);
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"));
  });

  test("one that is given up before it began does not spoil the next", async () => {
    const gone = lookUpName("localhost", { signal: AbortSignal.abort(new Error("gone")) });
    const next = lookUpName("localhost");
    await expect(gone).rejects.toThrow("gone");
    expect(await next).not.toEqual([]);
    const controller = new AbortController();
    const early = lookUpName("localhost", { signal: controller.signal });
    controller.abort(new Error("early"));
    await expect(early).rejects.toThrow("early");
    await setTimeout(20);
    expect(await lookUpName("localhost")).not.toEqual([]);
  });

  test("without the program, this process asks", async () => {
    vi.stubEnv("PATH", folder);
    expect(await lookUpName("localhost")).not.toEqual([]);
    await expect(lookUpName("nowhere.invalid")).rejects.toMatchObject({
      code: expect.stringMatching(/ENOTFOUND|EAI_/),
    });
  });
});

test("on macOS the system's own directory is asked", async () => {
  fake(
    "dscacheutil",
    `echo "$*" >>${folder}/calls
[ "$5" = dev.mercury.p.cspace.local ] && printf 'name: dev.mercury.p.cspace.local\\nip_address: 127.0.0.1\\n\\nname: x\\nipv6_address: ::1\\n'`,
  );
  expect(await lookUpName("dev.mercury.p.cspace.local", { platform: "darwin" })).toEqual(["127.0.0.1", "::1"]);
  expect(await lookUpName("nowhere.invalid", { platform: "darwin" })).toEqual([]);
  expect(lines("calls")[0]).toBe("-q host -a name dev.mercury.p.cspace.local");
});
