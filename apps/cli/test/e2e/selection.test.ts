import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, get, httpService, removeLeftovers } from "./harness.ts";

const busybox = "image: busybox:1.37\n    init: true\n    stop_grace_period: 0s\n    command: sleep 1000";

describe.skipIf(!engineAnswers)("an instance is worked on with Compose (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  const running = (composeProject: string): string[] =>
    docker("ps", "--filter", `label=com.docker.compose.project=${composeProject}`, "--format", "{{.Names}}")
      .split("\n")
      .filter(Boolean)
      .map((name) => name.replace(`${composeProject}-`, ""))
      .sort();
  const files = {
    "compose.yaml": `services:
${httpService("web", [3000], '    ports: ["3000:3000"]')}
  db:
    ${busybox}
    volumes: ["data:/data"]
  debug:
    ${busybox}
    profiles: [debug]
volumes: { data: {} }
`,
  };

  test("`cspace compose` and `cspace env --compose` reach exactly this instance, from its folder and by name", async () => {
    const folder = sandbox.project("e2e-compose", files);
    await sandbox.json(folder, "up");
    await sandbox.json(folder, "up", "--new");
    const before = docker("ps", "-q", "--no-trunc").split("\n").sort();
    for (const name of ["mercury", "venus"]) {
      const written = ["sh", "-c", `echo ${name} > /data/owner; exit 3`];
      const exec = await sandbox.cspace(folder, "compose", "--instance", name, "--", "exec", "-T", "db", ...written);
      expect(exec).toMatchObject({ code: 3, err: "" });
    }
    const read = await sandbox.cspace(
      folder,
      "--instance",
      "mercury",
      "compose",
      "exec",
      "-T",
      "db",
      "cat",
      "/data/owner",
    );
    expect(read.out.trim()).toBe("mercury");
    const { environment } = await sandbox.json<{ environment: Record<string, string> }>(
      folder,
      "env",
      "venus",
      "--compose",
    );
    const plain = (...args: string[]): string =>
      execFileSync("docker", ["compose", ...args], {
        cwd: folder,
        env: { ...process.env, ...environment },
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
    expect(plain("exec", "-T", "db", "cat", "/data/owner")).toBe("venus");
    plain("up", "-d");
    expect(docker("ps", "-q", "--no-trunc").split("\n").sort()).toEqual(before);
    // From a folder below, paths are the caller's own.
    mkdirSync(join(folder, "below"));
    writeFileSync(join(folder, "below/seed.sql"), "create");
    const copied = await sandbox.cspace(
      join(folder, "below"),
      ...["--instance", "venus", "compose", "cp", "seed.sql", "db:/data/"],
    );
    expect(copied.code).toBe(0);
    expect(plain("exec", "-T", "db", "cat", "/data/seed.sql")).toBe("create");
  });

  test("what has no containers, or no instance, is told so", async () => {
    const folder = sandbox.project("e2e-compose-none", files);
    expect((await sandbox.cspace(folder, "compose", "ps")).err).toContain("CSPACE_INSTANCE_UNKNOWN");
    expect(await sandbox.cspace(folder, "compose")).toMatchObject({ code: 2 });
    expect((await sandbox.cspace(folder, "compose", "--json", "--", "ps")).out).toContain("compose has no --json");
  });

  test("profiles, files of variables and replicas are kept until others are asked for, and what is switched off is said", async () => {
    const folder = sandbox.project("e2e-profiles", {
      ...files,
      "other.env": "SHOWN=other\n",
      "compose.yaml": files["compose.yaml"].replace("data:/data", ["data:/data-$", "{SHOWN:-none}"].join("")),
    });
    const mounted = (): string =>
      docker("inspect", "--format", "{{range .Mounts}}{{.Destination}} {{end}}", "e2e-profiles--mercury-db-1")
        .split(" ")
        .filter((path) => path.startsWith("/data"))
        .join(" ");
    const up = (env: Record<string, string>, ...args: string[]) => sandbox.cspaceWith(env, folder, "up", ...args);
    const asked = ["--profile", "debug", "--env-file=other.env", "--scale", "web=2"];
    expect((await up({}, ...asked)).err).not.toContain("is removed");
    const all = ["db-1", "debug-1", "web-1", "web-2"];
    expect([running("e2e-profiles--mercury"), mounted()]).toEqual([all, "/data-other"]);
    expect(await up({})).toMatchObject({ code: 0 });
    expect([running("e2e-profiles--mercury"), mounted()]).toEqual([all, "/data-other"]);

    const off = await up({ COMPOSE_PROFILES: "" }, "--scale", "web=1");
    expect(off.err).toContain("of mercury, debug is removed: the profile debug is off now");
    expect(running("e2e-profiles--mercury")).toEqual(["db-1", "web-1"]);
    expect(mounted()).toBe("/data-other");

    await up({ COMPOSE_PROFILES: "debug" });
    expect(running("e2e-profiles--mercury")).toEqual(["db-1", "debug-1", "web-1"]);
    // What is removed is forgotten.
    await sandbox.json(folder, "down");
    await sandbox.json(folder, "up");
    expect([running("e2e-profiles--mercury"), mounted()]).toEqual([["db-1", "web-1"], "/data-none"]);
  });

  test("the files of COMPOSE_FILE are kept as well", async () => {
    const folder = sandbox.project("e2e-composefile", {
      ...files,
      "extra.yaml": `services:\n  extra:\n    ${busybox}\n`,
    });
    await sandbox.cspaceWith({ COMPOSE_FILE: "compose.yaml:extra.yaml" }, folder, "up");
    await sandbox.json(folder, "up");
    expect(running("e2e-composefile--mercury")).toEqual(["db-1", "extra-1", "web-1"]);
  });

  test("a service to scale that there is not is named before anything is made", async () => {
    const folder = sandbox.project("e2e-scale-none", files);
    const { code, err } = await sandbox.cspace(folder, "up", "--scale", "nope=2");
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining("there is no service nope to scale") });
    expect(running("e2e-scale-none--mercury")).toEqual([]);
  });

  test("five replicas answer in turn under one hostname", async () => {
    const folder = sandbox.project("e2e-replicas", {
      "compose.yaml": `services:
  web:
    image: busybox:1.37
    init: true
    stop_grace_period: 0s
    command: ["sh", "-c", "mkdir /www; hostname > /www/index.html; httpd -f -p 3000 -h /www"]
    ports: ["3000:3000"]
`,
    });
    await sandbox.json(folder, "up", "--scale", "web=5");
    const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
    const answers = new Set<string>();
    for (let count = 0; count < 25; count += 1) {
      answers.add((await get(proxy.httpPort, "web.mercury.e2e-replicas.cspace.localhost")).body);
    }
    expect(answers.size).toBe(5);
  });
});
