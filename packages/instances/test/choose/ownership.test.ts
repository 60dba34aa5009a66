import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { homePaths, writeNamedProject } from "@cspace/compose";
import { type Project, readProject } from "@cspace/project";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findKeptName } from "../../src/choose/kept-name.ts";
import { isThere, type Owned, readOwner, recordOf } from "../../src/choose/ownership.ts";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "cspace-owner-")));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (path: string): string => join(root, path);
const git = (cwd: string, ...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: at(cwd), encoding: "utf8" });

/** Makes a project; with git a repository. */
async function project(path: string, { withGit = true, settings = "{}" } = {}): Promise<Project> {
  mkdirSync(at(path), { recursive: true });
  writeFileSync(at(join(path, "compose.yaml")), "");
  writeFileSync(at(join(path, ".cspace.json")), settings);
  if (withGit) {
    git(path, "init", "--quiet");
    git(path, "commit", "--quiet", "--allow-empty", "-m", "first");
  }
  return await readProject(at(path), { env: {} });
}

describe("whose an instance is", () => {
  const unlabelled = ({ directory }: Owned): Owned => ({ directory });

  test("worktrees of one repository own each other's, of two of one name neither", async () => {
    const site = await project("x1/site");
    git("x1/site", "worktree", "add", "--quiet", "-b", "topic", at("topic"));
    const topic = await readProject(at("topic"), { env: {} });
    const other = await project("x2/site");
    expect(await readOwner(recordOf(site.identity), topic)).toBe("own");
    expect(await readOwner(recordOf(topic.identity), site)).toBe("own");
    expect(await readOwner(recordOf(other.identity), site)).toBe("other");
    expect(await readOwner(recordOf(site.identity), other)).toBe("other");
  });

  test("one without a record of it is its directory's, and nobody's once that is gone", async () => {
    const site = await project("x1/site");
    git("x1/site", "worktree", "add", "--quiet", "-b", "topic", at("topic"));
    const topic = unlabelled(recordOf((await readProject(at("topic"), { env: {} })).identity));
    const other = await project("x2/site");
    expect([await readOwner(topic, site), await readOwner(topic, other)]).toEqual(["own", "other"]);
    rmSync(at("topic"), { recursive: true });
    expect([await readOwner(topic, site), await readOwner(topic, other)]).toEqual(["unknown", "unknown"]);
  });

  test("what is made anew at the same path is another's; what was moved is not", async () => {
    const before = recordOf((await project("site")).identity);
    renameSync(at("site"), at("moved"));
    const again = await project("site");
    expect(await readOwner(before, await readProject(at("moved"), { env: {} }))).toBe("own");
    expect([await readOwner(before, again), await isThere(before)]).toEqual(["other", false]);
  });

  test("a directory that got a repository since is the same, for its worktrees too", async () => {
    const before = recordOf((await project("site", { withGit: false })).identity);
    const after = await project("site");
    git("site", "worktree", "add", "--quiet", "-b", "topic", at("topic"));
    expect(await readOwner(before, after)).toBe("own");
    expect(await readOwner(before, await readProject(at("topic"), { env: {} }))).toBe("own");
  });
});

describe("the name that a repository has here", () => {
  const paths = (): ReturnType<typeof homePaths> => homePaths({ env: { CSPACE_HOME: at("home") } });
  const give = async (name: string, { identity }: Project): Promise<void> => {
    const { path, id } = identity.repository;
    await writeNamedProject(paths(), { project: name, projectName: name, repository: path, repositoryId: id });
  };
  const kept = async (one: Project): Promise<string> => (await findKeptName(paths(), one)).projectSlug;

  test("is the one that it says, until it was started under another", async () => {
    const site = await project("x2/site");
    expect(await kept(site)).toBe("site");
    await give("site-x2", site);
    expect(await kept(site)).toBe("site-x2");
    await give("site", site);
    expect(await kept(site)).toBe("site");
  });

  test("is kept when the directory gets another name", async () => {
    await give("site", await project("site"));
    renameSync(at("site"), at("web"));
    expect(await kept(await readProject(at("web"), { env: {} }))).toBe("site");
  });

  test("follows the settings, unless that name is another repository's", async () => {
    const settings = '{ "project": "shop" }';
    const [first, second] = [await project("a", { settings }), await project("b", { settings })];
    await give("old", second);
    expect(await kept(second)).toBe("shop");
    await give("shop", first);
    expect(await kept(second)).toBe("old");
  });
});
