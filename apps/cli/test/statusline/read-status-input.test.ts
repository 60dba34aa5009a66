import { PassThrough, Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { readStatusInput } from "../../src/statusline/read-status-input.ts";

const read = (text: string, options = {}) => readStatusInput(Readable.from([text]), { timeoutMs: 1000, ...options });

describe("the directory of the session", () => {
  test.each([
    ["the one it is in now", { cwd: "/a", workspace: { current_dir: "/b", project_dir: "/c" } }, "/b"],
    ["without a workspace", { cwd: "/a", session_id: "x", model: { id: "m" } }, "/a"],
    ["of a workspace that does not say it", { cwd: "/a", workspace: {} }, "/a"],
    ["not said", { session_id: "x" }, undefined],
    ["no text", { cwd: 7 }, undefined],
    ["of a workspace that says no text", { cwd: "/a", workspace: { current_dir: {} } }, "/a"],
    ["of a workspace that says nothing in it", { cwd: "/a", workspace: { current_dir: "" } }, "/a"],
    ["empty", { cwd: "" }, undefined],
  ])("%s", async (_, data, directory) => {
    expect((await read(JSON.stringify(data))).directories).toEqual(directory === undefined ? [] : [directory]);
  });

  test.each([
    ["a worktree", { path: "/a/.trees/x", name: "x" }, ["/a/.trees/x", "/a"]],
    ["one without a path", { name: "x" }, ["/a"]],
    ["an empty path", { path: "" }, ["/a"]],
    ["a path that is relative to who knows what", { path: ".trees/x" }, ["/a"]],
    ["a path that is none", { path: 7 }, ["/a"]],
    ["no worktree at all", null, ["/a"]],
  ])("of a session that works in %s", async (_, worktree, directories) => {
    const input = { cwd: "/a", workspace: { current_dir: "/a", project_dir: "/a" }, worktree };
    expect((await read(JSON.stringify(input))).directories).toEqual(directories);
  });

  test.each(["", "{", "null", "[]", "7", '"text"', "\0\0", "{}{}", '{"workspace":null}'])(
    "of %j is not known",
    async (text) => {
      expect((await read(text)).directories).toEqual([]);
    },
  );

  test("may come in pieces, cut within a character", async () => {
    const bytes = Buffer.from('{"cwd":"/é"}');
    const pieces = Readable.from([bytes.subarray(0, 9), bytes.subarray(9)]);
    expect((await readStatusInput(pieces, { timeoutMs: 1000 })).directories).toEqual(["/é"]);
  });
});

test("an input that stays open is waited for no longer than asked, and counts as far as it came", async () => {
  const input = new PassThrough();
  input.write('{"cwd":"/a"}');
  const begin = performance.now();
  expect((await readStatusInput(input, { timeoutMs: 50 })).directories).toEqual(["/a"]);
  expect(performance.now() - begin).toBeLessThan(1000);
  expect((await readStatusInput(new PassThrough(), { timeoutMs: 50 })).directories).toEqual([]);
});

test("an endless input is read to its bound", async () => {
  const endless = Readable.from(
    (function* () {
      for (;;) yield "x".repeat(1000);
    })(),
  );
  const { bytes } = await readStatusInput(endless, { timeoutMs: 5000, maxBytes: 10_000 });
  expect(bytes.length).toBeGreaterThanOrEqual(10_000);
  expect(bytes.length).toBeLessThan(100_000);
});

test("an input that fails is one that says nothing", async () => {
  const failing = new Readable({ read: () => failing.destroy(new Error("EISDIR")) });
  expect((await readStatusInput(failing, { timeoutMs: 1000 })).directories).toEqual([]);
});
