import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findCspace } from "../../src/statusline/find-cspace.ts";

let root = "";
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "cspace-find-")));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const program = (path: string): string => {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "#!/bin/sh\n");
  chmodSync(file, 0o755);
  return file;
};
const link = (path: string, target: string): string => {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  symlinkSync(target, file);
  return file;
};
const onPath = (...folders: string[]): NodeJS.ProcessEnv => ({
  PATH: folders.map((folder) => (folder.startsWith("./") ? folder : join(root, folder))).join(":"),
});

test("its name, when that is this program on PATH", async () => {
  const script = program("lib/cspace/bin/cspace.js");
  link("bin/cspace", script);
  const env = onPath("none", "bin");
  expect(await findCspace({ env, node: "/n/node", script })).toEqual({
    program: "cspace",
    words: ["cspace"],
    passing: false,
  });
  expect(await findCspace({ env, node: "/n/node", script: join(root, "bin/cspace") })).toMatchObject({
    program: "cspace",
  });
});

test("absolute, when another cspace is on PATH first, or none, or one that cannot be run", async () => {
  const script = program("mine/cspace.js");
  program("other/cspace");
  link("bin/cspace", script);
  mkdirSync(join(root, "folder/cspace"), { recursive: true });
  writeFileSync(join(root, "cspace"), "");
  const absolute = { program: `/n/node ${script}`, words: ["/n/node", script], passing: false };
  expect(await findCspace({ env: onPath("other", "bin"), node: "/n/node", script })).toEqual(absolute);
  expect(await findCspace({ env: {}, node: "/n/node", script })).toEqual(absolute);
  expect(await findCspace({ env: onPath("", "folder"), node: "/n/node", script })).toEqual(absolute);
  expect(await findCspace({ env: onPath("folder", "bin"), node: "/n/node", script })).toMatchObject({
    program: "cspace",
  });
});

test.each(["app/node_modules/.bin", "cache/_npx/1f/node_modules/.bin"])(
  "%s is on PATH for this run alone",
  async (folder) => {
    const script = program("mine/cspace.js");
    link(`${folder}/cspace`, script);
    const found = await findCspace({ env: onPath(folder), node: "/n/node", script: join(root, folder, "cspace") });
    expect(found).toMatchObject({
      program: `/n/node ${join(root, folder, "cspace")}`,
      passing: folder.includes("_npx"),
    });
  },
);

test("a cache of npx is not passing when the installed one is the same", async () => {
  const script = program("_npx/cspace.js");
  link("bin/cspace", script);
  expect(await findCspace({ env: onPath("bin"), node: "/n/node", script })).toMatchObject({ passing: false });
});

test("node by its path on PATH, which outlives an update; a script of another name by its real one; both quoted", async () => {
  const node = program("Cellar/22 1/node");
  const script = program("it's/cspace.js");
  link("bin/node", node);
  const env = onPath("bin");
  const quoted = `'${script.replace("'", "'\\''")}'`;
  expect((await findCspace({ env, node, script })).program).toBe(`${join(root, "bin/node")} ${quoted}`);
  expect((await findCspace({ env, node, script: link("bin/cs", script) })).program).toContain(quoted);
  expect((await findCspace({ env: {}, node, script })).program).toBe(`'${node}' ${quoted}`);
});

test("what fnm puts on PATH for one shell is never named", async () => {
  const node = program("node-versions/v24/bin/node");
  const script = program("node-versions/v24/lib/cspace/bin/cspace.js");
  const shell = "fnm_multishells/4711_1764150000000/bin";
  link(`${shell}/node`, node);
  const call = link(`${shell}/cspace`, script);
  const expected = { program: `${node} ${script}`, words: [node, script], passing: false };
  expect(await findCspace({ env: onPath(shell), node, script: call })).toEqual(expected);
  expect(await findCspace({ env: onPath(shell), node, script })).toEqual(expected);
});

test.each([".local/share/mise/shims", ".asdf/shims", ".volta/bin"])(
  "a shim in %s outlives the version that it runs",
  async (folder) => {
    const shim = program(`${folder}/node`);
    const script = program("mine/cspace.js");
    expect((await findCspace({ env: onPath(folder), node: "/n/node", script })).program).toBe(`${shim} ${script}`);
  },
);
