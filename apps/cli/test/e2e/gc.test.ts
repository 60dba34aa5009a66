import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Garbage, GarbageDocument, InstanceDocument } from "@cspace/instances";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askDaemon } from "./ask-daemon.ts";
import { createSandbox, docker, engineAnswers, httpService, prefix, removeLeftovers } from "./harness.ts";

const name = `${prefix}gc`;
const compose = `services:
${httpService("web", [3000], '    ports: ["3000"]\n    volumes: ["data:/data"]')}
  built:
    build: .
    init: true
    stop_grace_period: 0s
    command: sleep 6000
volumes: { data: {} }
`;

describe.skipIf(!engineAnswers)("what is left of directories that are gone (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  let main: string;
  const git = (...args: string[]): void => {
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: main, stdio: "ignore" });
  };
  const worktree = (branch: string): string => {
    const path = join(sandbox.root, `${name}-${branch}`);
    git("worktree", "add", "-b", branch, path);
    // Else both would have one image, under two names.
    writeFileSync(join(path, "mark"), branch);
    return path;
  };
  const up = async (folder: string, ...args: string[]): Promise<string> =>
    (await sandbox.json<InstanceDocument & Record<string, unknown>>(folder, "up", ...args)).instance.instance;
  const gc = async (...args: string[]): Promise<GarbageDocument> =>
    await sandbox.json<GarbageDocument & Record<string, unknown>>(sandbox.root, "gc", ...args);
  /** Of this file's projects: other homes of this engine may have some of their own. */
  const own = ({ garbage }: GarbageDocument): readonly Garbage[] => garbage.filter(({ project }) => project === name);
  const left = (instance: string): string[] =>
    [
      docker("ps", "-aq", "--filter", `name=${name}--${instance}`),
      docker("network", "ls", "-q", "--filter", `name=${name}--${instance}`),
      docker("volume", "ls", "-q", "--filter", `name=${name}--${instance}`),
      docker("images", "-q", `${name}--${instance}-built`),
    ].map((text) => (text === "" ? "none" : "some"));

  beforeAll(async () => {
    removeLeftovers();
    main = sandbox.project(name, {
      "compose.yaml": compose,
      "side.cjs":
        'require("http").createServer((_, response) => response.end()).listen(process.env.PORT, process.env.HOST)',
      mark: "main",
      Dockerfile: "FROM busybox:1.37\nCOPY mark /mark\nRUN head -c 3000000 /dev/urandom > /big\n",
      ".cspace.json": JSON.stringify({
        routes: { web: { service: "web", port: 3000 }, side: { process: "side" } },
        processes: { side: { command: "node side.cjs" } },
      }),
    });
    git("init", "-b", "main");
    git("add", ".");
    git("commit", "-m", "one");
  });
  afterAll(async () => {
    await askDaemon(sandbox.home, "POST", "/stop");
    await sandbox.clean();
  });

  test("it is shown with sizes and ages, and removed with --yes; volumes stay until they are asked for", async () => {
    const folder = worktree("gone");
    expect(await up(folder, "--no-wait")).toBe("gone");
    await up(main, "--no-wait");
    docker("exec", `${name}--gone-web-1`, "sh", "-c", "head -c 2000000 /dev/urandom > /data/file");
    expect(own(await gc())).toEqual([]);
    rmSync(folder, { recursive: true });

    const told = await sandbox.cspace(main, "list");
    expect(told.err).toMatch(/left of directories that are gone: gone of e2e-gc.*: cspace gc/);
    expect((await sandbox.cspace(main, "list")).err).not.toContain("cspace gc");
    const [shown] = own(await gc());
    expect(shown).toMatchObject({
      instance: "gone",
      directory: folder,
      containers: 2,
      processes: ["side"],
      networks: [`${name}--gone_default`],
    });
    expect(shown?.images).toEqual([{ name: `${name}--gone-built:latest`, bytes: expect.any(Number) }]);
    expect(shown?.images[0]?.bytes).toBeGreaterThan(2_500_000);
    expect(shown?.volumes).toEqual([{ name: `${name}--gone_data`, bytes: expect.any(Number), goes: false }]);
    expect(shown?.volumes[0]?.bytes).toBeGreaterThanOrEqual(2_000_000);
    expect(Date.now() - Date.parse(shown?.usedAt ?? "")).toBeLessThan(120_000);
    expect(left("gone")).toEqual(["some", "some", "some", "some"]);
    const text = await sandbox.cspace(main, "gc");
    expect(text.out).toMatch(/gone of e2e-gc {2}.* is gone, ran \d+ s ago/);
    expect(text.out).toMatch(/image +e2e-gc--gone-built:latest +\d/);
    expect(text.out).toContain("cspace gc --yes");

    expect((await gc("--yes", "--project", name)).applied).toBe(true);
    expect(left("gone")).toEqual(["none", "none", "some", "none"]);
    expect(left("mercury")).not.toContain("none");
    expect(existsSync(join(sandbox.home, "instances", name, "gone/logs"))).toBe(false);
    // Its record tells whose the volume is.
    expect(own(await gc())).toMatchObject([{ instance: "gone", containers: 0, volumes: [{ goes: false }] }]);
    expect(own(await gc("--keep-volumes", "30d"))).toMatchObject([{ volumes: [{ goes: false }] }]);
    // Volumes are as old as what was made last of them; a time of no length is over for each.
    expect(own(await gc("--keep-volumes", "0s"))).toMatchObject([{ volumes: [{ goes: true }] }]);
    await gc("--yes", "--keep-volumes", "0s", "--project", name);
    expect(left("gone")).toEqual(["none", "none", "none", "none"]);
    expect(existsSync(join(sandbox.home, "instances", name, "gone"))).toBe(false);
    expect(own(await gc())).toEqual([]);
    expect(left("mercury")).not.toContain("none");
  });

  test("what was only moved, is unknown, or has another directory at its path is told apart", async () => {
    const folder = worktree("moved");
    await up(folder, "--no-wait");
    const elsewhere = join(sandbox.root, "elsewhere");
    git("worktree", "move", folder, elsewhere);
    expect(own(await gc())).toEqual([]);
    expect(await up(elsewhere, "--no-wait")).toBe("moved");
    renameSync(main, `${main}-renamed`);
    renameSync(`${main}-renamed`, main);
    expect(own(await gc())).toEqual([]);
    // Another directory at the same path is not the one that it ran from.
    rmSync(elsewhere, { recursive: true });
    mkdirSync(elsewhere);
    expect(own(await gc())).toMatchObject([{ instance: "moved" }]);
    await gc("--yes", "--volumes", "--project", name);
    expect(left("moved")).toEqual(["none", "none", "none", "none"]);
    expect(existsSync(elsewhere)).toBe(true);
  });

  test("a directory that was copied takes the instance of the one that is gone", async () => {
    const folder = worktree("copied");
    await up(folder, "--no-wait");
    docker("exec", `${name}--copied-web-1`, "sh", "-c", "echo kept > /data/file");
    const none = await sandbox.cspace(main, "adopt");
    expect([none.code, none.err]).toEqual([
      2,
      expect.stringContaining("no instance of e2e-gc whose directory is gone"),
    ]);
    const copy = join(sandbox.root, "copy");
    execFileSync("cp", ["-r", folder, copy]);
    rmSync(folder, { recursive: true });
    const adopted = await sandbox.json<InstanceDocument & Record<string, unknown>>(copy, "adopt");
    expect(adopted.instance).toMatchObject({ instance: "copied", directory: copy, gone: false });
    expect(docker("exec", `${name}--copied-web-1`, "cat", "/data/file")).toBe("kept");
    expect(await up(copy, "--no-wait")).toBe("copied");
    expect(own(await gc())).toEqual([]);
    await sandbox.json(copy, "down", "--volumes", "--images");
  });

  test("it is looked at most once a day", async () => {
    const looked = join(sandbox.home, "run/gc-looked");
    writeFileSync(looked, "");
    const folder = worktree("daily");
    await up(folder, "--no-wait");
    rmSync(folder, { recursive: true });
    expect((await sandbox.cspace(main, "list")).err).not.toContain("cspace gc");
    const dayAgo = new Date(Date.now() - 86_500_000);
    utimesSync(looked, dayAgo, dayAgo);
    expect((await sandbox.cspace(main, "list", "--quiet")).err).not.toContain("cspace gc");
    expect((await sandbox.cspace(main, "list")).err).toContain("daily of e2e-gc");
    expect(readFileSync(looked, "utf8")).toContain("cspace gc");
    expect((await sandbox.cspace(main, "statusline")).out).toContain("daily of e2e-gc");
    await gc("--yes", "--volumes", "--project", name);
    await sandbox.json(main, "down", "--volumes", "--images");
  });
});
