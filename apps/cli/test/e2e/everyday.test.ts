import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Instance, InstanceDocument } from "@cspace/instances";
import type { Plan } from "@cspace/plan";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, httpService, removeLeftovers, until } from "./harness.ts";

const busybox = (command: string, extra = ""): string =>
  `    image: busybox:1.37\n    init: true\n    stop_grace_period: 0s\n    command: ["sh", "-c", ${JSON.stringify(command)}]\n${extra}`;

describe.skipIf(!engineAnswers)("what is done every day (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const nameOf = async (folder: string, ...args: string[]): Promise<string> =>
    (await sandbox.json<{ instance: Instance }>(folder, ...args)).instance.instance;
  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  test("following logs goes on over restarts, and with containers that are made later, until down", async () => {
    const loop = "echo begin; while :; do echo tick; sleep 1; done";
    const folder = sandbox.project("e2e-follow", {
      "compose.yaml": `services:\n  job:\n${busybox(loop)}  late:\n${busybox("echo late begins; sleep 1000", "    profiles: [late]\n")}`,
    });
    await sandbox.json(folder, "up");
    const logs = sandbox.cspace(folder, "logs", "--follow");
    const text = { out: "" };
    const count = async (): Promise<number> => {
      text.out = docker("logs", "e2e-follow--mercury-job-1");
      return text.out.split("begin").length - 1;
    };
    await until(10_000, async () => (await count()) === 1);
    docker("restart", "-t", "0", "e2e-follow--mercury-job-1");
    await until(10_000, async () => (await count()) === 2);
    await sandbox.json(folder, "up", "--recreate", "--profile", "late");
    await until(10_000, async () => (await count()) === 1);
    await new Promise((done) => setTimeout(done, 1500));
    const since = await sandbox.cspace(folder, "logs", "job", "--since", "1s");
    expect(since.out.split("\n").length).toBeLessThan(5);
    expect(since.out).not.toContain("begin");
    await sandbox.json(folder, "down");
    const { code, out } = await logs;
    expect(code).toBe(0);
    expect(out.match(/job +\| begin/g)).toHaveLength(3);
    expect(out).toContain("late | late begins");
  });

  test("a service's name starts that part, unless an instance is called so or meant", async () => {
    const folder = sandbox.project("e2e-named", {
      "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]')}`,
    });
    expect(await nameOf(folder, "up", "--build", "web")).not.toBe("web");
    expect(await nameOf(folder, "up", "web", "--yes")).toBe("web");
    expect(await nameOf(folder, "up", "web")).toBe("web");
  });

  test("a part of an instance starts with what it depends on, and the rest stays as it is", async () => {
    const folder = sandbox.project("e2e-part", {
      "compose.yaml": `services:
${httpService("web", [3000], '    ports: ["3000"]\n    depends_on: [db]')}
  db:
${busybox("sleep 1000")}
  worker:
${busybox("sleep 1000")}
`,
      ".cspace.json": JSON.stringify({
        routes: { app: { service: "web", port: 3000 }, side: { process: "side" }, other: { process: "other" } },
        processes: {
          side: { command: "node server.mjs" },
          other: { command: "node server.mjs" },
        },
      }),
      "server.mjs": `import { createServer } from "node:http";
createServer((_, response) => response.end("side")).listen(process.env.PORT, "127.0.0.1");\n`,
    });
    const running = (): string[] =>
      docker("ps", "--format", "{{.Names}}", "--filter", "name=e2e-part--").split("\n").sort();
    const named = (...services: string[]): unknown[] =>
      services.map((one) => expect.stringContaining(`--venus-${one}-`));
    const states = async (): Promise<object> => {
      const { instances } = await sandbox.json<{ instances: readonly Pick<Instance, "routes">[] }>(folder, "list");
      return Object.fromEntries((instances[0]?.routes ?? []).map(({ label, health }) => [label, health]));
    };

    const { plan } = await sandbox.json<{ plan: Plan }>(folder, "up", "venus", "app", "--dry-run");
    const paths = plan.steps.map(({ path }) => path).join(" ");
    expect(paths).toContain("/web");
    expect(paths).not.toContain("/worker");
    expect(paths).not.toContain("process:");
    expect(await nameOf(folder, "up", "venus", "app")).toBe("venus");
    expect(running()).toEqual(named("db", "web"));
    expect(await states()).toEqual({ app: "up" });

    // By now the directory's instance is known: a name alone is a part of it.
    const second = await sandbox.json<InstanceDocument & Record<string, unknown>>(folder, "up", "side");
    expect(second.steps.map(({ name }) => name)).not.toContain("create");
    expect(await states()).toEqual({ app: "up", side: "up" });
    await sandbox.json(folder, "up", "worker", "--instance", "venus");
    expect(running()).toEqual(named("db", "web", "worker"));
    expect(await states()).toEqual({ app: "up", side: "up" });

    const before = docker("ps", "--quiet", "--no-trunc", "--filter", "name=e2e-part--venus-web");
    await sandbox.json(folder, "stop", "worker", "app");
    await sandbox.json(folder, "up", "app");
    expect(docker("ps", "--quiet", "--no-trunc", "--filter", "name=e2e-part--venus-web")).toBe(before);
    expect(running()).toEqual(named("db", "web"));

    const wrong = await sandbox.cspace(folder, "up", "venus", "wokrer");
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("did you mean worker?")]);
    await sandbox.json(folder, "up");
    expect(running()).toEqual(named("db", "web", "worker"));
    expect(await states()).toEqual({ app: "up", other: "up", side: "up" });
  });

  test("list tells how old an instance is, and what it uses where that is asked for", async () => {
    const folder = sandbox.project("e2e-stats", {
      "compose.yaml": `services:\n  web:\n${busybox("head -c 500000 /dev/urandom > /data/file; while :; do :; done", "    volumes: [data:/data]\n")}volumes: { data: {} }\n`,
    });
    await sandbox.json(folder, "up");
    const read = async (...args: string[]): Promise<Instance | undefined> =>
      (await sandbox.json<{ instances: readonly Instance[] }>(folder, "list", ...args)).instances[0];
    const plain = await read();
    expect(Date.now() - Date.parse(plain?.createdAt ?? "")).toBeLessThan(60_000);
    expect(plain).not.toHaveProperty("stats");
    const { stats } = (await read("--stats")) ?? {};
    expect(stats?.cpu).toBeGreaterThan(0.3);
    expect(stats?.memoryBytes).toBeGreaterThan(100_000);
    expect(stats?.volumeBytes).toBeGreaterThanOrEqual(500_000);
    expect((await sandbox.cspace(folder, "list", "--stats")).out).toMatch(
      / s old {2}cpu \d+ %, memory .*B, volumes 5\d\d kB/,
    );
    await sandbox.json(folder, "down", "--volumes");
  });

  test("an image that cannot be had is named with its services, and nothing is left", async () => {
    const folder = sandbox.project("e2e-noimage", {
      "compose.yaml": 'services:\n  web: { image: "nosuch.invalid/img:1", ports: ["3000"] }\n',
    });
    const failed = await sandbox.cspace(folder, "up");
    expect(failed.code).toBe(1);
    expect(failed.err).toContain("web: the image nosuch.invalid/img:1 cannot be had: ");
    expect(docker("network", "ls", "-q", "--filter", "name=e2e-noimage")).toBe("");
  });

  test("ports that a file exposes, in ranges too, and those that an image exposes are listed", async () => {
    const folder = sandbox.project("e2e-expose", {
      Dockerfile: "FROM busybox:1.37\nEXPOSE 7000\nCMD sleep 1000\n",
      "compose.yaml": `services:
  db:
${busybox("sleep 1000", '    expose: ["6379"]\n')}
  many:
${busybox("for p in 9001 9002 9003; do httpd -p $$p; done; sleep 1000", '    expose: ["9001-9003"]\n')}
  built:
    build: .
    init: true
    stop_grace_period: 0s
`,
    });
    interface Up {
      readonly instance: {
        routes: { target: { port: number } }[];
        ports: { service: string; port: number; localAddress: string | null }[];
      };
    }
    const { instance } = await sandbox.json<Up>(folder, "up");
    expect(instance.routes.map(({ target }) => target.port).sort()).toEqual([9001, 9002, 9003]);
    expect(instance.ports).toMatchObject([
      { service: "built", port: 7000, localAddress: null },
      { service: "db", port: 6379, localAddress: expect.stringMatching(/^localhost:/) },
    ]);
    await sandbox.json(folder, "down", "--images");
    expect(docker("images", "-q", "e2e-expose--mercury-built")).toBe("");
  });

  test("the name of a compose file is the project's, where it is a plain one", async () => {
    const folder = sandbox.project("e2e-directory", {
      "compose.yaml": `name: e2e-own-name # as people write it\nservices:\n${httpService("web", [3000], '    ports: ["3000"]')}`,
    });
    const { instance } = await sandbox.json<{ instance: { project: string } }>(folder, "up");
    expect(instance.project).toBe("e2e-own-name");
  });

  test("all instances go at once", async () => {
    const folder = sandbox.project("e2e-all", {
      "compose.yaml": `services:\n  slow:\n    image: busybox:1.37\n    stop_grace_period: 4s\n    command: ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]\n`,
    });
    for (const name of ["a", "b", "c"]) await sandbox.json(folder, "up", name);
    const begin = Date.now();
    await sandbox.json(folder, "down", "--all");
    // Each takes four seconds to stop.
    expect(Date.now() - begin).toBeLessThan(10_000);
    expect(docker("ps", "-aq", "--filter", "name=e2e-all")).toBe("");
  });

  test("a worktree gets the files that the settings name, and is told of the ones that it lacks", async () => {
    const main = sandbox.project("e2e-copied", {
      "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]')}`,
      ".gitignore": ".env\nlocal/\n",
    });
    const git = (...args: string[]): string =>
      execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@x", ...args], { cwd: main, encoding: "utf8" });
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "first");
    writeFileSync(join(main, ".env"), "A=main\n", { mode: 0o600 });
    mkdirSync(join(main, "local"));
    writeFileSync(join(main, "local/key.json"), "{}");
    const tree = join(sandbox.root, "e2e-copied-b");
    git("worktree", "add", "-q", "-b", "b", tree);
    const told = await sandbox.cspace(tree, "up");
    expect(told.err).toContain(
      `${main} has .env, and this worktree has none; to copy it: "copy": [".env"] in .cspace.json`,
    );
    expect(existsSync(join(tree, ".env"))).toBe(false);
    writeFileSync(join(tree, ".cspace.json"), '{ "copy": [".env", "local/key.json", "missing"] }');
    const copied = await sandbox.cspace(tree, "up");
    expect(copied.err).toContain(`.env, local/key.json: copied from ${main}`);
    expect([readFileSync(join(tree, ".env"), "utf8"), existsSync(join(tree, "local/key.json"))]).toEqual([
      "A=main\n",
      true,
    ]);
    writeFileSync(join(tree, ".env"), "A=own\n");
    expect((await sandbox.cspace(tree, "up")).err).not.toContain("copied");
    expect(readFileSync(join(tree, ".env"), "utf8")).toBe("A=own\n");
  });
});
