import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CliRun,
  createSandbox,
  docker,
  engineAnswers,
  get,
  httpService,
  prefix,
  removeLeftovers,
  until,
} from "./harness.ts";

const run = promisify(execFile);
const composeFile = `services:\n${httpService("app", [3000], "    expose: [3000]")}`;

describe.skipIf(!engineAnswers)("many at the same moment (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  beforeAll(async () => {
    removeLeftovers();
    await sandbox.json(sandbox.project("e2e-same", { "compose.yaml": composeFile }), "proxy", "up");
    // More than Docker's own address pools hold.
    const crowd = Array.from({ length: 40 }, (_, index) => index);
    for (let first = 0; first < crowd.length; first += 8) {
      await Promise.all(
        crowd.slice(first, first + 8).map((index) => {
          const subnet = `10.254.${index}.0/28`;
          return run("docker", ["network", "create", "--internal", "--subnet", subnet, `${prefix}crowd-${index}`]);
        }),
      );
    }
  });
  afterAll(sandbox.clean);

  test("twenty `cspace up` beside forty networks all succeed, behind one proxy, on networks of their own", async () => {
    const same = join(sandbox.root, "e2e-same");
    const many = sandbox.project("e2e-many", { "compose.yaml": composeFile });
    const others = Array.from({ length: 7 }, (_, index) =>
      sandbox.project(`e2e-other-${index}`, { "compose.yaml": composeFile }),
    );
    const runs = await Promise.all([
      ...Array.from({ length: 7 }, () => sandbox.cspace(same, "up", "--json")),
      ...Array.from({ length: 6 }, () => sandbox.cspace(many, "up", "--new", "--json")),
      ...others.map((folder) => sandbox.cspace(folder, "up", "--json")),
    ]);
    expect(runs.map(({ code, err }) => (code === 0 ? 0 : err))).toEqual(runs.map(() => 0));
    const instances = runs.map(instanceOf);
    expect(new Set(instances.slice(0, 7))).toEqual(new Set(["mercury of e2e-same"]));
    expect(new Set(instances).size).toBe(1 + 6 + 7);
    expect(docker("ps", "-aq", "--filter", "name=cspace-proxy").split("\n")).toHaveLength(1);
    expect(
      docker("ps", "-aq", "--filter", "label=com.docker.compose.project=e2e-same--mercury").split("\n"),
    ).toHaveLength(1);

    const { proxy } = (await sandbox.json(same, "proxy", "status")) as {
      proxy: { httpPort: number; networks: string[] };
    };
    for (const name of new Set(instances)) {
      const [instance, project] = name.split(" of ");
      // Without patience: an `up` that has ended has seen its routes answer.
      const answer = await get(proxy.httpPort, `app.${instance}.${project}.cspace.local`);
      expect(answer, name).toEqual({
        status: 200,
        body: `app-3000-${instance}`,
        route: `app--${instance}--${project}`,
      });
    }

    const networks = docker("network", "ls", "-q", "--filter", "driver=bridge").split("\n");
    const subnets = docker("network", "inspect", "--format", "{{range .IPAM.Config}}{{.Subnet}} {{end}}", ...networks);
    expect(subnets.split(/\s+/).filter(Boolean).toSorted()).toEqual(
      [...new Set(subnets.split(/\s+/).filter(Boolean))].toSorted(),
    );
    const served = docker("network", "ls", "--format", "{{.Name}}")
      .split("\n")
      .filter((name) => /^(cspace-e2e-|e2e-.*--)/.test(name));
    expect(served).toHaveLength(9 + 14);
    expect(new Set(proxy.networks)).toEqual(new Set(served));
  });

  test("six `cspace down` at the same moment all succeed, and the last takes the project's network along", async () => {
    const folder = join(sandbox.root, "e2e-many");
    const listed = await sandbox.json<{ instances: { instance: string }[] }>(folder, "list");
    expect(listed.instances).toHaveLength(6);
    const runs = await Promise.all(listed.instances.map(({ instance }) => sandbox.cspace(folder, "down", instance)));
    expect(runs.map(({ code, err }) => (code === 0 ? 0 : err))).toEqual(runs.map(() => 0));
    expect(docker("network", "ls", "-q", "--filter", "name=e2e-many")).toBe("");
    expect(docker("ps", "-aq", "--filter", "name=^/e2e-many")).toBe("");
  });

  test("a pool with no room left is an error that names the networks that could go, and its hint helps", async () => {
    const folder = sandbox.project("e2e-narrow", { "compose.yaml": composeFile });
    const home = join(sandbox.root, "narrow-home");
    mkdirSync(home);
    writeFileSync(join(home, "config.json"), JSON.stringify({ networkPool: "10.212.0.0/25" }));
    docker("network", "create", "--subnet", "10.212.0.0/26", "e2e-idle");
    const up = (): Promise<CliRun> => sandbox.cspaceWith({ CSPACE_HOME: home }, folder, "up", "--json");
    const refused = await up();
    expect(refused.code).toBe(1);
    const { error } = JSON.parse(refused.out);
    expect(error.code).toBe("CSPACE_NETWORK_POOL_EXHAUSTED");
    expect(error.message).toContain("10.212.0.0/25");
    expect(error.message).toMatch(/nothing uses the networks? e2e-idle$/);
    // What could not be finished has not taken the last room either.
    expect(docker("network", "ls", "-q", "--filter", "name=cspace-e2e-narrow")).toBe("");
    const [, command] = /: (docker network rm .*)$/.exec(error.hint) as unknown as [string, string];
    docker(...command.split(" ").slice(1));
    expect((await up()).code).toBe(0);

    const full = sandbox.project("e2e-full", { "compose.yaml": composeFile });
    const second = await sandbox.cspaceWith({ CSPACE_HOME: home }, full, "up", "--json");
    expect(second.code).toBe(1);
    expect(JSON.parse(second.out).error).toMatchObject({
      code: "CSPACE_NETWORK_POOL_EXHAUSTED",
      message: expect.stringContaining("e2e-narrow--mercury"),
      hint: expect.stringContaining("cspace down"),
    });
  });

  test("a proxy that was taken off a network is put back by the next `up`", async () => {
    const folder = sandbox.project("e2e-off", { "compose.yaml": composeFile });
    await sandbox.json(folder, "up");
    docker("network", "disconnect", "-f", "cspace-e2e-off", "cspace-proxy");
    docker("network", "disconnect", "-f", "e2e-off--mercury_default", "cspace-proxy");
    await sandbox.json(folder, "up");
    const { proxy } = (await sandbox.json(folder, "proxy", "status")) as {
      proxy: { httpPort: number; networks: string[] };
    };
    expect(proxy.networks).toEqual(expect.arrayContaining(["cspace-e2e-off", "e2e-off--mercury_default"]));
    await until(1000, async () => (await get(proxy.httpPort, "app.mercury.e2e-off.cspace.local")).status === 200);
  });
});

function instanceOf({ out }: CliRun): string {
  const { instance } = JSON.parse(out) as { instance: { instance: string; project: string } };
  return `${instance.instance} of ${instance.project}`;
}
