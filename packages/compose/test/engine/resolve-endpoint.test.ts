import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { resolveEndpoint } from "@cspace/compose";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary-directory.ts";

async function dockerConfig(options: { current?: string; contexts?: Record<string, string> } = {}): Promise<string> {
  const folder = await temporaryDirectory();
  const { current, contexts = {} } = options;
  await writeFile(
    join(folder, "config.json"),
    JSON.stringify(current === undefined ? {} : { currentContext: current }),
  );
  for (const [name, host] of Object.entries(contexts)) {
    const meta = join(folder, "contexts/meta", createHash("sha256").update(name).digest("hex"));
    await mkdir(meta, { recursive: true });
    await writeFile(join(meta, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
  }
  return folder;
}

describe("the order of docker's own choice", () => {
  test("DOCKER_HOST before any context", async () => {
    const DOCKER_CONFIG = await dockerConfig({ current: "orb", contexts: { orb: "unix:///orb.sock" } });
    const env = { DOCKER_HOST: "unix:///run/user/1000/docker.sock", DOCKER_CONTEXT: "orb", DOCKER_CONFIG };
    expect(await resolveEndpoint({ env })).toBe("unix:///run/user/1000/docker.sock");
  });

  test("DOCKER_CONTEXT before the current context", async () => {
    const contexts = { orb: "unix:///orb.sock", colima: "unix:///colima.sock" };
    const DOCKER_CONFIG = await dockerConfig({ current: "orb", contexts });
    expect(await resolveEndpoint({ env: { DOCKER_CONFIG } })).toBe("unix:///orb.sock");
    expect(await resolveEndpoint({ env: { DOCKER_CONFIG, DOCKER_CONTEXT: "colima" } })).toBe("unix:///colima.sock");
  });

  test.each([{}, { current: "default" }, { current: "" }])(
    "the platform's socket when the context is %o",
    async (options) => {
      const env = { DOCKER_CONFIG: await dockerConfig(options) };
      expect(await resolveEndpoint({ env, platform: "linux" })).toBe("unix:///var/run/docker.sock");
      expect(await resolveEndpoint({ env, platform: "win32" })).toBe("npipe:////./pipe/docker_engine");
    },
  );

  test("the configuration is in the home folder, and need not be there", async () => {
    const homedir = await temporaryDirectory();
    expect(await resolveEndpoint({ env: {}, homedir, platform: "linux" })).toBe("unix:///var/run/docker.sock");
    await mkdir(join(homedir, ".docker"));
    await writeFile(join(homedir, ".docker/config.json"), '{"currentContext":"gone"}');
    await expect(resolveEndpoint({ env: {}, homedir })).rejects.toMatchObject({ code: "CSPACE_CONTEXT_UNKNOWN" });
  });

  test("empty variables are as good as none", async () => {
    const DOCKER_CONFIG = await dockerConfig();
    const env = { DOCKER_HOST: "", DOCKER_CONTEXT: "", DOCKER_CONFIG };
    expect(await resolveEndpoint({ env, platform: "linux" })).toBe("unix:///var/run/docker.sock");
  });
});

describe("what cannot be used", () => {
  test("a context that does not exist is named", async () => {
    const env = { DOCKER_CONFIG: await dockerConfig(), DOCKER_CONTEXT: "prod" };
    await expect(resolveEndpoint({ env })).rejects.toMatchObject({
      code: "CSPACE_CONTEXT_UNKNOWN",
      message: "the Docker context prod does not exist",
    });
  });

  test("a configuration that is no JSON is named, and never read as the default", async () => {
    const DOCKER_CONFIG = await temporaryDirectory();
    await writeFile(join(DOCKER_CONFIG, "config.json"), '{"currentContext": "or');
    await expect(resolveEndpoint({ env: { DOCKER_CONFIG } })).rejects.toMatchObject({
      code: "CSPACE_CONTEXT_UNKNOWN",
      message: `${join(DOCKER_CONFIG, "config.json")} is not valid JSON`,
    });
  });

  test.each([
    "ssh://ada@build",
    "tcp://10.0.0.5:2375",
    "tcp://build.example:2376",
    "nonsense",
    "http://[fe80::1]:2375",
  ])("%s is another machine", async (DOCKER_HOST) => {
    await expect(resolveEndpoint({ env: { DOCKER_HOST } })).rejects.toMatchObject({
      code: "CSPACE_ENGINE_REMOTE",
      message: expect.stringContaining(DOCKER_HOST),
    });
  });

  test("a context that leads to another machine is refused too", async () => {
    const env = { DOCKER_CONFIG: await dockerConfig({ current: "prod", contexts: { prod: "ssh://ada@prod" } }) };
    await expect(resolveEndpoint({ env })).rejects.toMatchObject({ code: "CSPACE_ENGINE_REMOTE" });
  });

  test("a name that merely begins like a loopback address is another machine", async () => {
    const env = { DOCKER_HOST: "tcp://127.0.0.1.example.com:2375" };
    await expect(resolveEndpoint({ env })).rejects.toMatchObject({ code: "CSPACE_ENGINE_REMOTE" });
  });
});

test.each([
  "tcp://127.0.0.1:2375",
  "tcp://127.8.8.8:2375",
  "tcp://localhost:2375",
  "http://[::1]:2375",
  "npipe:////./pipe/x",
])("%s is this machine", async (DOCKER_HOST) => {
  expect(await resolveEndpoint({ env: { DOCKER_HOST } })).toBe(DOCKER_HOST);
});
