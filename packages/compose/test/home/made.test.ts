import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { homePaths, previewHomeRemoval, readMade, recordMade, removeHome } from "@cspace/compose";
import { afterEach, beforeEach, expect, test } from "vitest";

let home: string;
beforeEach(() => {
  home = join(mkdtempSync(join(tmpdir(), "cspace-made-")), "home");
});
afterEach(() => rmSync(join(home, ".."), { recursive: true, force: true }));

const paths = () => homePaths({ env: { CSPACE_HOME: home } });

test("what is made is kept once, and added to by several at once", async () => {
  expect(await readMade(paths())).toEqual({ images: [], folders: [], databases: [] });
  await Promise.all([
    recordMade(paths(), { images: ["traefik:1"] }),
    recordMade(paths(), { folders: ["/a", "/a/b"] }),
    recordMade(paths(), { images: ["traefik:1"], databases: ["/d"] }),
  ]);
  expect(await readMade(paths())).toEqual({ images: ["traefik:1"], folders: ["/a", "/a/b"], databases: ["/d"] });
});

test("nothing to keep makes no home; a damaged list tells of nothing", async () => {
  await recordMade(paths(), { images: [], folders: [] });
  expect(existsSync(home)).toBe(false);
  mkdirSync(home);
  writeFileSync(join(home, "made.json"), '{ "images": [7], "folders": "/"');
  expect(await readMade(paths())).toEqual({ images: [], folders: [], databases: [] });
  writeFileSync(join(home, "made.json"), '{ "images": [7, "a"], "folders": "/" }');
  expect(await readMade(paths())).toEqual({ images: ["a"], folders: [], databases: [] });
});

test("a home goes with all that is cspace's, and with nothing else", async () => {
  mkdirSync(join(home, "proxy/dynamic"), { recursive: true });
  writeFileSync(join(home, "proxy/docker-compose.yml"), "");
  writeFileSync(join(home, "config.json"), "{}");
  expect((await previewHomeRemoval(paths())).map(({ path, before }) => [path, before])).toEqual([
    [join(home, "config.json"), "a file\n"],
    [join(home, "proxy"), "1 file\n"],
    [home, ""],
  ]);
  writeFileSync(join(home, "thesis.txt"), "");
  expect((await previewHomeRemoval(paths())).map(({ path }) => path)).toEqual([
    join(home, "config.json"),
    join(home, "proxy"),
  ]);
  expect(await removeHome(paths())).toEqual([join(home, "thesis.txt")]);
  expect(readdirSync(home)).toEqual(["thesis.txt"]);
  rmSync(join(home, "thesis.txt"));
  expect(await removeHome(paths())).toEqual([]);
  expect(existsSync(home)).toBe(false);
  expect(await previewHomeRemoval(paths())).toEqual([]);
  expect(await removeHome(paths())).toEqual([]);
});
