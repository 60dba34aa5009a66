import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { isSameDirectory, type ReadProjectOptions, readProject } from "@cspace/project";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let home: string;
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cspace-project-")));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const at = (path: string): string => join(home, path);
const read = (path: string, options: ReadProjectOptions = {}): ReturnType<typeof readProject> =>
  readProject(at(path), { homedir: home, env: {}, platform: "linux", ...options });

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), text);
  }
}

function git(directory: string, ...args: string[]): void {
  const fixed = [
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@b",
    "-c",
    "init.defaultBranch=main",
    "-c",
    "protocol.file.allow=always",
  ];
  execFileSync("git", [...fixed, ...args], {
    cwd: at(directory),
    stdio: "pipe",
    env: { PATH: process.env.PATH, HOME: home },
  });
}

async function repository(path: string): Promise<void> {
  await mkdir(at(path), { recursive: true });
  git(path, "init", "--quiet");
  git(path, "commit", "--quiet", "--allow-empty", "-m", "first");
}

describe("the directory", () => {
  test("nothing at all is an error that says what to do", async () => {
    await write({ "a/b/readme": "" });
    await expect(read("a/b")).rejects.toMatchObject({
      code: "CSPACE_PROJECT_NOT_FOUND",
      message: `no project in ${at("a/b")} or above it`,
      hint: expect.stringContaining("compose.yaml"),
    });
    await expect(read("gone")).rejects.toMatchObject({ code: "CSPACE_PROJECT_NOT_FOUND" });
  });

  test("a directory alone, with all that is known of it", async () => {
    await write({ "Résumé Redux/package.json": "{}", "Résumé Redux/src/x": "" });
    const identity = { path: at("Résumé Redux"), id: expect.any(String) };
    expect(await read("Résumé Redux/src")).toEqual({
      directory: at("Résumé Redux"),
      name: "Résumé Redux",
      slug: "resume-redux",
      nameSource: "directory",
      settings: {},
      settingsFile: null,
      settingsText: null,
      composeFiles: [],
      workTree: null,
      identity: { repository: identity, directory: identity },
    });
  });

  test("settings win over a nearer compose file, that over a nearer package.json, that over .git", async () => {
    await repository("app");
    await mkdir(at("app/a/b/c/d"), { recursive: true });
    expect((await read("app/a/b/c/d")).directory).toBe(at("app"));
    await write({ "app/a/b/c/d/package.json": "{}", "app/a/b/c/package.json": "{}" });
    expect((await read("app/a/b/c/d")).directory).toBe(at("app/a/b/c/d"));
    await write({ "app/a/b/docker-compose.yml": "", "app/a/compose.yaml": "" });
    expect((await read("app/a/b/c/d")).directory).toBe(at("app/a/b"));
    await write({ "app/.cspace.json": "{}" });
    expect((await read("app/a/b/c/d")).directory).toBe(at("app"));
    await write({ "app/a/.cspace.json": "{}" });
    expect((await read("app/a/b/c/d")).directory).toBe(at("app/a"));
  });

  test("what lies above the git work tree is another project's", async () => {
    await write({ ".cspace.json": "{}", "all/.cspace.json": "{}", "all/compose.yaml": "" });
    await repository("all/app");
    expect(await read("all/app")).toMatchObject({ directory: at("all/app"), composeFiles: [] });
  });

  test("what lies above the home directory does not count", async () => {
    await write({ "package.json": "{}", ".cspace.json": "{}", "user/work/x": "" });
    await expect(read("user/work", { homedir: at("user") })).rejects.toMatchObject({
      code: "CSPACE_PROJECT_NOT_FOUND",
    });
  });

  test("the home directory is a project for what is below it only when it has settings", async () => {
    await repository(".");
    await write({ "package.json": "{}", "compose.yaml": "", "work/x": "", "tool/package.json": "{}" });
    await expect(read("work")).rejects.toMatchObject({ code: "CSPACE_PROJECT_NOT_FOUND" });
    expect(await read("tool")).toMatchObject({ name: "tool", nameSource: "directory", workTree: null });
    expect(await read(".")).toMatchObject({ directory: home, workTree: { branch: "main" } });
    await write({ ".cspace.json": "{}" });
    expect((await read("work")).directory).toBe(home);
  });

  test("one directory reached by two links is one project", async () => {
    await write({ "real/compose.yaml": "", "real/sub/x": "" });
    await symlink(at("real"), at("link"));
    expect(await read("link/sub")).toEqual(await read("real"));
  });

  test("directories named like files are passed over", async () => {
    await write({ "app/package.json": "{}", "app/sub/compose.yaml/x": "", "app/sub/package.json/x": "" });
    expect((await read("app/sub")).directory).toBe(at("app"));
  });
});

describe("the name", () => {
  test("is the settings' first, and the slug of a reserved one is another", async () => {
    await write({ "app/.cspace.json": '{ "project": "0" }' });
    expect(await read("app")).toMatchObject({
      name: "0",
      nameSource: "settings",
      slug: expect.stringMatching(/^0-[0-9a-f]{8}$/),
    });
  });

  test("is that of the main worktree's directory, wherever in it the project is", async () => {
    await repository("app");
    await write({ "app/packages/api/compose.yaml": "" });
    expect(await read("app/packages/api")).toMatchObject({ name: "app", nameSource: "worktree" });
  });
});

describe("git", () => {
  test("a main worktree, on a branch and detached", async () => {
    await repository("app");
    git("app", "switch", "--quiet", "-c", "feature/auth");
    const main = { linkedWorktree: false, mainDirectory: at("app"), commonDirectory: at("app/.git") };
    expect((await read("app")).workTree).toEqual({ branch: "feature/auth", ...main });
    git("app", "switch", "--quiet", "--detach");
    expect((await read("app")).workTree).toEqual({ branch: null, ...main });
  });

  test("a linked worktree has the name of the main one, and its own branch", async () => {
    await repository("app");
    git("app", "worktree", "add", "--quiet", "-b", "feature/auth", at("elsewhere/auth"));
    expect(await read("elsewhere/auth")).toMatchObject({
      directory: at("elsewhere/auth"),
      name: "app",
      workTree: { branch: "feature/auth", linkedWorktree: true, mainDirectory: at("app") },
    });
  });

  test("a linked worktree whose paths are relative", async () => {
    await repository("app");
    git("app", "worktree", "add", "--quiet", "-b", "x", at("x"));
    await write({ "x/.git": "gitdir: ../app/.git/worktrees/x\n" });
    expect((await read("x")).workTree).toEqual({
      branch: "x",
      linkedWorktree: true,
      mainDirectory: at("app"),
      commonDirectory: at("app/.git"),
    });
  });

  test.each([
    ["app.git", "app.git"],
    ["app/.bare", "app"],
  ])("a linked worktree of the bare repository %s is the project app", async (bare, mainDirectory) => {
    await repository("origin");
    git(".", "clone", "--quiet", "--bare", "origin", bare);
    git(bare, "worktree", "add", "--quiet", "-b", "x", at("trees/x"));
    expect(await read("trees/x")).toMatchObject({
      name: "app",
      slug: "app",
      workTree: { branch: "x", linkedWorktree: true, mainDirectory: at(mainDirectory) },
    });
  });

  test("a submodule is a project of its own and no linked worktree", async () => {
    await repository("library");
    await repository("app");
    git("app", "submodule", "--quiet", "add", at("library"), "vendor/lib");
    await write({ "app/compose.yaml": "" });
    expect(await read("app/vendor/lib")).toMatchObject({
      directory: at("app/vendor/lib"),
      name: "lib",
      workTree: { branch: "main", linkedWorktree: false, mainDirectory: at("app/vendor/lib") },
    });
  });

  test("a repository whose git directory is elsewhere is no linked worktree", async () => {
    await mkdir(at("app"));
    git("app", "init", "--quiet", "--separate-git-dir", at("store.git"));
    expect(await read("app")).toMatchObject({ name: "app", workTree: { branch: "main", linkedWorktree: false } });
  });

  test("a worktree whose repository is gone, an empty .git and a .git of reftables have no branch", async () => {
    await write({
      "gone/.git": "gitdir: /nowhere/app/.git/worktrees/gone\n",
      "odd/.git": "?",
      "ref/.git/HEAD": "ref: refs/heads/.invalid\n",
    });
    await mkdir(at("empty/.git"), { recursive: true });
    for (const name of ["gone", "odd", "ref", "empty"]) {
      expect((await read(name)).workTree, name).toMatchObject({
        branch: null,
        linkedWorktree: false,
        mainDirectory: at(name),
      });
    }
  });
});

describe("identity", () => {
  test("worktrees of one repository share it, clones and what has no repository do not", async () => {
    await repository("app");
    git("app", "worktree", "add", "--quiet", "-b", "x", at("x"));
    git("app", "worktree", "add", "--quiet", "-b", "nested", at("app/.trees/nested"));
    git(".", "clone", "--quiet", "app", "clone");
    await write({ "plain/compose.yaml": "" });
    const { repository: app, directory } = (await read("app")).identity;
    expect(app).toEqual({ path: at("app/.git"), id: expect.any(String) });
    expect(directory).toEqual({ path: at("app"), id: expect.any(String) });
    expect((await read("x")).identity).toEqual({
      repository: app,
      directory: { path: at("x"), id: expect.not.stringMatching(directory.id as string) },
    });
    expect((await read("app/.trees/nested")).identity.repository).toEqual(app);
    expect(isSameDirectory((await read("clone")).identity.repository, app)).toBe(false);
    const { identity } = await read("plain");
    expect(identity.repository).toEqual(identity.directory);
    expect(identity.directory.path).toBe(at("plain"));
  });

  test("worktrees of a submodule share it, and are the project of its checkout", async () => {
    await repository("library");
    await repository("app");
    git("app", "submodule", "--quiet", "add", "--name", "core-lib", at("library"), "libs/ui");
    git("app/libs/ui", "worktree", "add", "--quiet", "-b", "fix", at("ui-fix"));
    const [main, fix] = [await read("app/libs/ui"), await read("ui-fix")];
    expect([main.name, fix.name]).toEqual(["ui", "ui"]);
    expect(fix.workTree).toMatchObject({ branch: "fix", linkedWorktree: true, mainDirectory: at("app/libs/ui") });
    expect(fix.identity.repository).toEqual(main.identity.repository);
  });

  test("worktrees of a repository whose git directory is elsewhere share it", async () => {
    await mkdir(at("app"));
    git("app", "init", "--quiet", "--separate-git-dir", at("store-xyz"));
    git("app", "commit", "--quiet", "--allow-empty", "-m", "begin");
    git("app", "worktree", "add", "--quiet", "-b", "topic", at("topic"));
    expect((await read("topic")).identity.repository).toEqual((await read("app")).identity.repository);
  });

  test.each([
    ["a colocated one", "git_target", "../../../.git", "app/.git"],
    ["one of jj alone", "git_target", "git", "app/.jj/repo/store/git"],
    ["one without git", "type", "simple", "app/.jj/repo"],
  ])("a jj workspace has that of the repository that it belongs to: %s", async (_, file, text, common) => {
    await write({
      [`app/.jj/repo/store/${file}`]: text,
      "app/.jj/repo/store/git/HEAD": "",
      "app/.git/HEAD": "",
      "app/package.json": "{}",
      "tax/.jj/repo": at("app/.jj/repo"),
      "tax/sub/package.json": "{}",
      "near/.jj/repo": "../../app/.jj/repo\n",
    });
    expect(await read("tax/sub")).toMatchObject({
      name: "app",
      workTree: { branch: null, linkedWorktree: true, mainDirectory: at("app"), commonDirectory: at(common) },
    });
    expect(await read("near")).toMatchObject({ name: "app", identity: { repository: { path: at(common) } } });
    await rm(at("app/.git"), { recursive: true });
    expect((await read("app")).workTree).toMatchObject({ linkedWorktree: false, mainDirectory: at("app") });
  });

  test("a directory is known again after it was moved, and after a branch without it was checked out", async () => {
    await repository("app");
    await write({ "app/api/compose.yaml": "" });
    const before = (await read("app/api")).identity;
    await rm(at("app/api"), { recursive: true });
    await write({ "app/api/compose.yaml": "" });
    expect((await read("app/api")).identity).toEqual(before);
    await rename(at("app"), at("moved"));
    const after = (await read("moved/api")).identity;
    expect(after.directory.path).toBe(at("moved/api"));
    expect(isSameDirectory(before.directory, after.directory)).toBe(true);
    expect(isSameDirectory(before.repository, after.repository)).toBe(true);
  });

  test("what is made anew at the same path, and a copy, is another one", async () => {
    await write({ "app/compose.yaml": "" });
    const before = (await read("app")).identity;
    await cp(at("app"), at("copy"), { recursive: true });
    await rm(at("app"), { recursive: true });
    await write({ "app/compose.yaml": "" });
    expect(isSameDirectory(before.directory, (await read("app")).identity.directory)).toBe(false);
    expect(isSameDirectory(before.directory, (await read("copy")).identity.directory)).toBe(false);
  });
});

describe("settings", () => {
  test("are read with their text", async () => {
    const text = '{ "compose": ["a.yaml", "../b.yaml"] } // two\n';
    await write({ "app/.cspace.json": text });
    expect(await read("app")).toMatchObject({
      settings: { compose: ["a.yaml", "../b.yaml"] },
      settingsFile: at("app/.cspace.json"),
      settingsText: text,
      composeFiles: [at("app/a.yaml"), at("b.yaml")],
    });
  });

  test("every mistake is in the error, with a path from where the user is", async () => {
    await write({ "app/.cspace.json": '{\n  "projct": 1,\n  "compose": 2\n}', "app/src/x": "" });
    await expect(read("app/src")).rejects.toMatchObject({
      code: "CSPACE_SETTINGS_INVALID",
      message: [
        `${at("app/.cspace.json")} has 2 mistakes:`,
        `../.cspace.json:2:3  projct  is not a known key (did you mean "project"?)`,
        "../.cspace.json:3:14  compose  must be a list, not 2",
      ].join("\n"),
    });
  });

  test("that cannot be read are not taken for missing", async () => {
    await mkdir(at("app/.cspace.json"), { recursive: true });
    await expect(read("app")).rejects.toMatchObject({
      code: "CSPACE_SETTINGS_UNREADABLE",
      message: `cannot read ${at("app/.cspace.json")}`,
      cause: expect.objectContaining({ code: "EISDIR" }),
    });
  });

  test.skipIf(process.getuid?.() === 0)(
    "without permission to read are not taken for missing (skipped as root)",
    async () => {
      await write({ "app/.cspace.json": "{}" });
      await chmod(at("app/.cspace.json"), 0);
      await expect(read("app")).rejects.toMatchObject({ code: "CSPACE_SETTINGS_UNREADABLE" });
    },
  );
});

describe("compose files", () => {
  const composeFiles = async (options: ReadProjectOptions = {}): Promise<string[]> =>
    (await read("app", options)).composeFiles.map((path) => path.replace(`${at("app")}/`, ""));
  const names = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
  const overrides = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
  ];

  test("the standard file and its override, in Compose's own order of preference", async () => {
    await write({ "app/package.json": "{}" });
    await write(Object.fromEntries([...names, ...overrides].map((name) => [`app/${name}`, ""])));
    for (const [index, name] of names.entries()) {
      expect(await composeFiles()).toEqual([name, overrides[index]]);
      await rm(at(`app/${name}`));
      await rm(at(`app/${overrides[index]}`));
    }
    await write({ [`app/${overrides[0]}`]: "" });
    expect(await composeFiles()).toEqual([]);
  });

  test("COMPOSE_FILE of the environment, then of .env, before the standard file; settings before all", async () => {
    await write({ "app/compose.yaml": "" });
    expect(await composeFiles({ env: { COMPOSE_FILE: "" } })).toEqual(["compose.yaml"]);
    await write({ "app/.env": "# the files\nCOMPOSE_FILE='a.yaml|b.yaml'\nCOMPOSE_PATH_SEPARATOR=|\n" });
    expect(await composeFiles()).toEqual(["a.yaml", "b.yaml"]);
    expect(await composeFiles({ env: { COMPOSE_FILE: "c.yaml:d.yaml", COMPOSE_PATH_SEPARATOR: ":" } })).toEqual([
      "c.yaml",
      "d.yaml",
    ]);
    await write({ "app/.cspace.json": '{ "compose": ["e.yaml"] }' });
    expect(await composeFiles({ env: { COMPOSE_FILE: "c.yaml" } })).toEqual(["e.yaml"]);
  });

  test("the separator is the platform's; a directory named .env is none of Compose's", async () => {
    await write({ "app/compose.yaml": "", "app/.env/x": "" });
    expect(await composeFiles({ env: { COMPOSE_FILE: "a:b:" } })).toEqual(["a", "b"]);
    expect(await composeFiles({ platform: "win32", env: { COMPOSE_FILE: "a;b" } })).toEqual(["a", "b"]);
  });
});

test("the environment, the home directory and the platform default to those of this process", async () => {
  await write({ "app/package.json": "{}" });
  expect((await readProject(at("app"))).name).toBe(basename(at("app")));
});
