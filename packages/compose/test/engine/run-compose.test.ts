import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { createComposeRunner, type RunCompose, requireCompose } from "@cspace/compose";
import { describe, expect, test } from "vitest";
import { isOlder } from "../../src/engine/run-compose.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

/** Compose against a `docker` that is a script of this test. */
async function withDocker(
  script: string,
  env: Record<string, string> = {},
): Promise<{ compose: RunCompose; cwd: string }> {
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, "docker"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const PATH = [cwd, process.env.PATH].join(delimiter);
  return { compose: createComposeRunner({ endpoint: "unix:///engine.sock", env: { ...env, PATH } }), cwd };
}

describe("a run that succeeds", () => {
  test("gives what Compose prints, in the folder that it was told", async () => {
    const { compose, cwd } = await withDocker('echo "$*"; pwd -P; echo beside >&2');
    const [args, folder] = (await compose(["-p", "x", "config"], { cwd })).split("\n");
    expect(args).toBe("compose -p x config");
    expect(folder).toContain(cwd);
  });

  test("works on cspace's engine and files alone, whatever the environment says", async () => {
    const { compose, cwd } = await withDocker("env", {
      COMPOSE_FILE: "other.yml",
      COMPOSE_PROJECT_NAME: "other",
      DOCKER_CONTEXT: "other",
      DOCKER_HOST: "unix:///other.sock",
      KEPT: "yes",
    });
    const lines = (await compose(["config"], { cwd, env: { CSPACE_INSTANCE: "mercury" } })).split("\n");
    expect(lines).toEqual(
      expect.arrayContaining(["DOCKER_HOST=unix:///engine.sock", "KEPT=yes", "CSPACE_INSTANCE=mercury"]),
    );
    expect(lines.filter((line) => line.includes("other"))).toEqual([]);
  });

  test("passes its progress on, line by line", async () => {
    const { compose, cwd } = await withDocker("printf ' Container a  Creating\\n\\n Container a  Created\\n' >&2");
    const lines: string[] = [];
    await compose(["up"], { cwd, onLine: (line) => lines.push(line) });
    expect(lines).toEqual(["Container a  Creating", "Container a  Created"]);
  });
});

describe("a run that fails", () => {
  test("carries Compose's last words, without its progress", async () => {
    const { compose, cwd } = await withDocker(
      "printf ' Container a  Creating\\nservice \"app\" has no image\\n' >&2; exit 15",
    );
    await expect(compose(["-p", "x", "-f", "a.yml", "up", "--no-start"], { cwd })).rejects.toMatchObject({
      code: "CSPACE_COMPOSE_FAILED",
      message: 'docker compose up failed: service "app" has no image',
      cause: expect.objectContaining({ message: expect.stringContaining("Container a  Creating") }),
    });
  });

  test("says so when Compose said nothing", async () => {
    const { compose, cwd } = await withDocker("exit 1");
    await expect(compose(["stop"], { cwd })).rejects.toThrow("docker compose stop failed: it said nothing");
  });

  test("no docker command", async () => {
    const cwd = await temporaryDirectory();
    const compose = createComposeRunner({ endpoint: "unix:///engine.sock", env: { PATH: cwd } });
    await expect(compose(["version"], { cwd })).rejects.toMatchObject({ code: "CSPACE_COMPOSE_MISSING" });
  });

  test.each([
    "docker: 'compose' is not a docker command.\nSee 'docker --help'",
    "docker: unknown command: docker compose\n\nRun 'docker --help' for more information",
    "unknown shorthand flag: 'p' in -p\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information",
    "unknown flag: --short\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information",
  ])("a docker without Compose, in words of its versions (%#)", async (words) => {
    const { compose, cwd } = await withDocker(`cat >&2 <<'END'\n${words}\nEND\nexit 125`);
    await expect(compose(["-p", "x", "config"], { cwd })).rejects.toMatchObject({ code: "CSPACE_COMPOSE_MISSING" });
  });

  test("a flag that Compose does not know is no missing Compose", async () => {
    const words =
      "unknown flag: --nope\n\nUsage:  docker compose up [OPTIONS] [SERVICE...]\n\nRun 'docker compose up --help'";
    const { compose, cwd } = await withDocker(`cat >&2 <<'END'\n${words}\nEND\nexit 1`);
    await expect(compose(["up", "--nope"], { cwd })).rejects.toMatchObject({ code: "CSPACE_COMPOSE_FAILED" });
  });

  test("one that takes too long is ended", async () => {
    const { compose, cwd } = await withDocker("exec sleep 30");
    await expect(compose(["up", "-d"], { cwd, timeoutMs: 200 })).rejects.toMatchObject({
      code: "CSPACE_WAIT_TIMEOUT",
      message: "docker compose up did not finish in time",
    });
  });

  test("one that is aborted ends with the reason", async () => {
    const { compose, cwd } = await withDocker("exec sleep 30");
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    await expect(compose(["up"], { cwd, signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("the version that is needed", () => {
  test.each(["2.24.0", "v2.24.0", "2.40.3-desktop.1", "5.6.1"])("%s will do", async (version) => {
    const { compose, cwd } = await withDocker(`echo ${version}`);
    expect(await requireCompose(compose, cwd)).toBe(version.replace("v", ""));
  });

  test.each(["2.23.3", "1.29.2"])("%s will not", async (version) => {
    const { compose, cwd } = await withDocker(`echo ${version}`);
    await expect(requireCompose(compose, cwd)).rejects.toMatchObject({ code: "CSPACE_COMPOSE_OLD" });
  });

  test.each([
    ["2.9.0", "2.24.0", true],
    ["2.24.0", "2.24.0", false],
    ["2.24", "2.24.0", false],
    ["2.24", "2.24.1", true],
    ["10.0.0", "9.9.9", false],
    ["2.33.1-rc.1", "2.33.1", false],
  ])("%s is older than %s: %s", (version, than, older) => {
    expect(isOlder(version, than)).toBe(older);
  });
});
