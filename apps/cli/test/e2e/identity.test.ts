import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliRun, createSandbox, docker, engineAnswers, get, httpService, removeLeftovers } from "./harness.ts";

interface UpDocument {
  readonly instance: { readonly project: string; readonly instance: string; readonly directory: string };
}

interface ListDocument {
  readonly instances: readonly UpDocument["instance"][];
}

/** A database, as far as it goes: what is in its volume must never be lost, nor seen by anybody else. */
const composeFile = `services:
${httpService("db", [3000], "    expose: [3000]\n    volumes: [data:/data]")}volumes: { data: {} }
`;

describe.skipIf(!engineAnswers)("whose an instance is (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  const git = (cwd: string, ...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      cwd,
      encoding: "utf8",
      stdio: "pipe",
    });
  const repository = (path: string, files: Record<string, string> = { "compose.yaml": composeFile }): string => {
    const folder = sandbox.project(path, files);
    git(folder, "init", "--quiet", "--initial-branch", "main");
    git(folder, "add", ".");
    git(folder, "commit", "--quiet", "-m", "first");
    return folder;
  };
  const up = async (folder: string, ...args: string[]): Promise<string> => {
    const { instance } = await sandbox.json<UpDocument>(folder, "up", ...args);
    expect(instance.directory).toBe(folder);
    return `${instance.instance} of ${instance.project}`;
  };
  const list = async (folder: string, ...args: string[]): Promise<string[]> =>
    (await sandbox.json<ListDocument>(folder, "list", ...args)).instances.map(
      (one) => `${one.instance} of ${one.project}`,
    );
  const data = (container: string, command: string): string => docker("exec", `${container}-db-1`, "sh", "-c", command);
  const volumes = (): string[] =>
    docker("volume", "ls", "--format", "{{.Name}}", "--filter", "name=e2e-").split("\n").filter(Boolean).sort();
  const told = ({ code, err }: CliRun): [number | null, string] => [code, err];

  test("two repositories of one name: the second is told, and nothing it does touches the first", async () => {
    const [first, second] = [repository("x1/e2e-site"), repository("x2/e2e-site")];
    expect(await up(first)).toBe("mercury of e2e-site");
    data("e2e-site--mercury", "echo first > /data/owner");
    const started = docker("inspect", "e2e-site--mercury-db-1", "--format", "{{.Id}} {{.State.StartedAt}}");

    const refused = await sandbox.cspace(second, "up");
    expect(refused.code).toBe(2);
    for (const word of [first, second, "CSPACE_NAME_TAKEN", "--project e2e-site-x2", '"project"']) {
      expect(refused.err).toContain(word);
    }
    expect(await list(second)).toEqual([]);
    expect((await sandbox.cspace(second, "list")).err).toContain(`mercury (${first})`);
    expect((await sandbox.cspace(second, "url", "db")).code).toBe(2);
    for (const args of [
      ["down", "--all"],
      ["down", "--all", "--volumes"],
      ["down", "--all", "--volumes", "--project", "e2e-site"],
    ]) {
      const spared = await sandbox.cspace(second, ...args);
      expect(told(spared)).toEqual([0, expect.stringContaining(`mercury of e2e-site, of ${first}, is left alone`)]);
      expect(spared.out).toContain("no instance to remove");
    }
    for (const args of [
      ["down", "mercury"],
      ["down", "mercury", "--volumes"],
      ["down", "--volumes", "--project", "e2e-site"],
      ["up", "mercury"],
      ["up", "mercury", "--yes"],
    ]) {
      expect(told(await sandbox.cspace(second, ...args)), args.join(" ")).toEqual([2, expect.stringContaining(first)]);
    }
    expect(docker("inspect", "e2e-site--mercury-db-1", "--format", "{{.Id}} {{.State.StartedAt}}")).toBe(started);

    // A name of its own, said once, stays.
    expect(await up(second, "--project", "e2e-site-x2")).toBe("mercury of e2e-site-x2");
    expect([await list(second), await list(first)]).toEqual([["mercury of e2e-site-x2"], ["mercury of e2e-site"]]);
    expect(await up(second)).toBe("mercury of e2e-site-x2");
    await sandbox.json(second, "down");
    expect(await up(second, "--new")).toBe("venus of e2e-site-x2");
    const all = await sandbox.cspace(second, "down", "--all", "--volumes");
    expect([all.code, all.out]).toEqual([0, expect.stringContaining(`removed venus of e2e-site-x2, of ${second}`)]);
    expect(volumes()).toEqual(["e2e-site--mercury_data"]);
    expect(data("e2e-site--mercury", "cat /data/owner")).toBe("first");

    // Both of its names said, it is meant.
    await sandbox.json(second, "down", "mercury", "--volumes", "--project", "e2e-site");
    expect(volumes()).toEqual([]);
    expect(await up(second)).toBe("mercury of e2e-site");
    await sandbox.json(second, "down", "--volumes");
  });

  test("a directory that was moved keeps its instance, its project's name, and its data", async () => {
    const before = repository("e2e-shop");
    git(before, "worktree", "add", "--quiet", "-b", "topic", join(sandbox.root, "topic"));
    expect([await up(before), await up(join(sandbox.root, "topic"))]).toEqual([
      "mercury of e2e-shop",
      "topic of e2e-shop",
    ]);
    for (const name of ["mercury", "topic"]) data(`e2e-shop--${name}`, `echo ${name} > /data/owner`);
    const [after, topic] = [join(sandbox.root, "e2e-store"), join(sandbox.root, "moved")];
    git(before, "worktree", "move", join(sandbox.root, "topic"), topic);
    renameSync(before, after);
    git(after, "worktree", "repair", topic);

    expect(await list(after)).toEqual(["mercury of e2e-shop", "topic of e2e-shop"]);
    for (const [folder, name] of [
      [after, "mercury"],
      [topic, "topic"],
    ] as const) {
      expect(told(await sandbox.cspace(folder, "url", "db"))).toEqual([0, expect.any(String)]);
      expect(await up(folder)).toBe(`${name} of e2e-shop`);
      expect(data(`e2e-shop--${name}`, "cat /data/owner")).toBe(name);
      expect(
        docker("inspect", `e2e-shop--${name}-db-1`, "--format", '{{index .Config.Labels "cspace.directory"}}'),
      ).toBe(folder);
    }
    expect(volumes()).toEqual(["e2e-shop--mercury_data", "e2e-shop--topic_data"]);
    const { out } = await sandbox.cspace(after, "down", "--all", "--volumes");
    expect(out).toBe(`removed mercury of e2e-shop, of ${after}\nremoved topic of e2e-shop, of ${topic}\n`);
    expect(volumes()).toEqual([]);
  });

  test("what a removed worktree left is removed from the main checkout, and a new one at its path asks before it takes it", async () => {
    const main = repository("e2e-wt");
    const tree = join(sandbox.root, "wt-x");
    const add = (...args: string[]): string => git(main, "worktree", "add", "--quiet", ...args);
    add("-b", "x", tree);
    expect(await up(tree)).toBe("x of e2e-wt");
    data("e2e-wt--x", "echo old > /data/owner");
    git(main, "worktree", "remove", "--force", tree);
    expect(existsSync(tree)).toBe(false);
    expect(await list(main)).toEqual(["x of e2e-wt"]);
    const note = await sandbox.cspace(main, "up", "--dry-run");
    expect(note.err).toContain(`x of e2e-wt is left of ${tree}, which is gone`);

    add(tree, "x");
    const asked = await sandbox.cspace(tree, "up");
    expect(told(asked)).toEqual([4, expect.stringMatching(/CSPACE_CONFIRMATION_NEEDED[\s\S]*cspace down x --volumes/)]);
    expect(await up(tree, "--yes")).toBe("x of e2e-wt");
    expect(data("e2e-wt--x", "cat /data/owner")).toBe("old");
    git(main, "worktree", "remove", "--force", tree);
    await sandbox.json(main, "down", "x", "--volumes");
    expect(volumes()).toEqual([]);

    add(tree, "x");
    expect(await up(tree)).toBe("x of e2e-wt");
    expect(data("e2e-wt--x", "ls /data")).toBe("");
    await sandbox.json(tree, "down", "--volumes");
  });

  test("each instance runs what was built from its own checkout, though the image has a fixed name", async () => {
    const main = repository("e2e-image", {
      "compose.yaml": `services:
  web: { image: "e2e-image-web:dev", build: ., init: true, stop_grace_period: 0s, ports: ["8080:8080"] }
  twin: { image: "e2e-image-web:dev", build: ., init: true, stop_grace_period: 0s }
  side: { image: "e2e-image-web:dev", init: true, stop_grace_period: 0s }
`,
      Dockerfile: 'FROM busybox:1.37\nCOPY page /www/index.html\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n',
      page: "A\n",
    });
    const other = join(sandbox.root, "e2e-image-b");
    git(main, "worktree", "add", "--quiet", "-b", "b", other);
    writeFileSync(join(other, "page"), "B\n");
    await up(main);
    await up(other, "--build");
    const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(main, "proxy", "status");
    const pages = async (): Promise<string[]> =>
      Promise.all(
        ["mercury", "b"].map(async (one) => (await get(proxy.httpPort, `web.${one}.e2e-image.cspace.local`)).body),
      );
    expect(await pages()).toEqual(["A", "B"]);
    await up(main, "--recreate");
    expect(await pages()).toEqual(["A", "B"]);
    await sandbox.json(main, "down");
    await up(main);
    expect(await pages()).toEqual(["A", "B"]);
    await sandbox.json(main, "down", "--all", "--volumes");
  });

  test("worktrees of a repository whose git directory lies elsewhere are the project of the first checkout", async () => {
    const files = {
      "package.json": '{ "scripts": { "dev": "node server.mjs" } }',
      "server.mjs": `import { createServer } from "node:http";
        createServer((_, response) => response.end(process.cwd())).listen(process.env.PORT, "127.0.0.1");`,
    };
    const folder = sandbox.project("e2e-sep", files);
    mkdirSync(join(sandbox.root, "stores"));
    git(folder, "init", "--quiet", "--separate-git-dir", join(sandbox.root, "stores/e2e-store"));
    git(folder, "add", ".");
    git(folder, "commit", "--quiet", "-m", "first");
    expect(await up(folder)).toBe("mercury of e2e-sep");
    const tree = join(sandbox.root, "e2e-sep-topic");
    git(folder, "worktree", "add", "--quiet", "-b", "topic", tree);
    expect(await up(tree)).toBe("topic of e2e-sep");
    await sandbox.json(folder, "down", "--all", "--volumes");
    expect(await list(folder, "--all")).toEqual([]);
  });

  test("what is made at the path of a directory that was moved does not touch what runs from that", async () => {
    const files = {
      "package.json": '{ "scripts": { "dev": "node server.mjs" } }',
      "server.mjs": `import { createServer } from "node:http";
        createServer((_, response) => response.end(String(process.pid))).listen(process.env.PORT, "127.0.0.1");`,
    };
    const [path, moved] = [sandbox.project("e2e-moved", files), join(sandbox.root, "e2e-away")];
    const pid = async (folder: string): Promise<string> =>
      (await fetch((await sandbox.cspace(folder, "url", "dev")).out.trim())).text();
    expect(await up(path)).toBe("mercury of e2e-moved");
    const running = await pid(path);
    renameSync(path, moved);
    expect(await pid(moved)).toBe(running);
    sandbox.project("e2e-moved", files);
    expect((await sandbox.cspace(path, "url", "dev")).code).toBe(2);
    expect(told(await sandbox.cspace(path, "up"))).toEqual([4, expect.stringContaining("CSPACE_CONFIRMATION_NEEDED")]);
    expect(told(await sandbox.cspace(path, "up", "--new"))).toEqual([2, expect.stringContaining("CSPACE_NAME_TAKEN")]);
    expect(await pid(moved)).toBe(running);
    await sandbox.json(moved, "down", "--volumes");
  });
});
