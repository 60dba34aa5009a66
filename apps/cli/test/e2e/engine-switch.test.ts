import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askDaemon } from "./ask-daemon.ts";
import { bin, createSandbox, docker, engineAnswers, prefix, removeLeftovers, until } from "./harness.ts";
import { open, server } from "./host-machine.ts";

interface Started {
  readonly instance: { readonly engine: string; readonly routes: readonly { readonly browserUrl: string | null }[] };
}

describe.skipIf(!engineAnswers)("processes while the engine comes and goes (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const project = `${prefix}switch`;
  const without = { DOCKER_HOST: "unix:///nowhere.sock" };
  let folder: string;
  let link: string;
  let answer: string;

  const ask = (...args: [method: string, path: string, body?: object]): ReturnType<typeof askDaemon> =>
    askDaemon(sandbox.home, ...args);
  const up = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const run = await sandbox.cspaceWith(env, folder, "up", "mercury", "--json");
    expect(run).toMatchObject({ code: 0 });
    return (JSON.parse(run.out) as Started).instance.routes[0]?.browserUrl ?? "";
  };
  const engineOf = async (env: Readonly<Record<string, string>>): Promise<unknown> => {
    const { proxy } = JSON.parse((await sandbox.cspaceWith(env, folder, "proxy", "status", "--json")).out);
    return [proxy.engine, proxy.state, proxy.why];
  };

  beforeAll(async () => {
    removeLeftovers();
    folder = sandbox.project(project, {
      "package.json": '{ "scripts": { "dev": "node server.mjs" } }',
      "server.mjs": server("dev"),
    });
    link = await up(without);
    answer = await open(link);
  });
  afterAll(async () => {
    await ask("POST", "/stop");
    await until(10_000, async () => (await ask("GET", "/status")) === undefined);
    await sandbox.clean();
  });

  it("without one the gateway serves, and says why it does", async () => {
    expect(answer).toMatch(/^dev mercury/);
    expect(await engineOf(without)).toEqual(["gateway", "running", expect.stringContaining("/nowhere.sock")]);
  });

  it("with one Traefik serves the same process under the same URL", async () => {
    expect(await up({})).toBe(link);
    expect(await open(link)).toBe(answer);
    expect(await engineOf({})).toEqual(["docker", "running", expect.stringContaining("a Docker engine answers at")]);
    expect(docker("ps", "-q", "--filter", "name=^/cspace-proxy$")).not.toBe("");
  });

  it("behind Traefik a daemon that is replaced loses no request", async () => {
    const before = await ask("GET", "/status");
    const answers: string[] = [];
    let asking = true;
    const clients = [1, 2, 3, 4].map(async () => {
      while (asking) answers.push(await open(link));
    });
    await ask("POST", "/hand-over", {
      command: [process.execPath, bin, "daemon", "--take-over"],
      env: { ...process.env, CSPACE_HOME: sandbox.home },
    });
    const sofar = answers.length;
    await until(10_000, async () => answers.length > sofar + 50);
    asking = false;
    await Promise.all(clients);
    expect((await ask("GET", "/status"))?.pid).not.toBe(before?.pid);
    expect(new Set(answers)).toEqual(new Set([answer]));
  });

  it("and when it is gone again, the gateway does", async () => {
    await sandbox.json(folder, "proxy", "down");
    expect(await up(without)).toBe(link);
    expect(await open(link)).toBe(answer);
  });
});
