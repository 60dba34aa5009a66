import { Resolver } from "node:dns/promises";
import { appendFileSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, docker, engineAnswers, get, httpService, prefix, removeLeftovers } from "./harness.ts";

const name = `${prefix}damage`;
const host = `web.mercury.${name}.cspace.local`;
const web = `${name}--mercury-web-1`;

interface UpDocument {
  readonly steps: readonly { readonly name: string; readonly status: string }[];
}

describe.skipIf(!engineAnswers)("what was damaged is mended by the next up (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const folder = sandbox.project(name, {
    "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]')}`,
  });
  const files = {
    corefile: join(sandbox.home, "proxy/coredns/Corefile"),
    compose: join(sandbox.home, "proxy/docker-compose.yml"),
    override: join(sandbox.home, "instances", name, "mercury/compose.override.yml"),
  };
  const readFiles = (): string[] => Object.values(files).map((path) => readFileSync(path, "utf8"));
  const started = (...containers: string[]): string =>
    docker("inspect", "--format", "{{.Name}} {{.Id}} {{.State.StartedAt}}", ...containers);
  const up = async (): Promise<UpDocument> => (await sandbox.json(folder, "up")) as unknown as UpDocument;
  const status = async (): Promise<{ httpPort: number; dnsPort: number }> =>
    (await sandbox.json(folder, "proxy", "status")).proxy as unknown as { httpPort: number; dnsPort: number };
  const proxyPorts = { http: 0, dns: 0 };
  let whole: string[] = [];

  /** The whole way of a request, by name and by HTTP. */
  const requireWorking = async (): Promise<void> => {
    const resolver = new Resolver({ timeout: 1000, tries: 1 });
    resolver.setServers([`127.0.0.1:${proxyPorts.dns}`]);
    expect(await resolver.resolve4(host)).toEqual(["127.0.0.1"]);
    expect(await get(proxyPorts.http, host)).toMatchObject({ status: 200, body: "web-3000-mercury" });
  };

  beforeAll(async () => {
    removeLeftovers();
    await up();
    const proxy = await status();
    Object.assign(proxyPorts, { http: proxy.httpPort, dns: proxy.dnsPort });
    whole = readFiles();
  });
  afterAll(sandbox.clean);

  describe("on disk, without a restart of what was well", () => {
    let before = "";
    beforeAll(() => {
      before = started(web, "cspace-proxy");
    });
    afterEach(async () => {
      expect(readFiles()).toEqual(whole);
      expect(started(web, "cspace-proxy")).toBe(before);
      await requireWorking();
    });

    it("writes again what was cut off or removed, and starts DNS with what it then reads", async () => {
      truncateSync(files.corefile, 0);
      docker("restart", "-t", "0", "cspace-dns");
      renameSync(files.compose, `${files.compose}.gone`);
      truncateSync(files.override, 200);
      await up();
    });

    it("writes again what was edited into something else, also where DNS can no longer start", async () => {
      writeFileSync(files.corefile, "cspace.local:53 {\n  no_such_plugin\n}\n");
      docker("restart", "-t", "0", "cspace-dns");
      appendFileSync(files.compose, "\n  : [\n");
      const subnets = "networks: { a: 1, b: { ipam: { config: 3 } }, c: { ipam: { config: [null, { subnet: [] }] } } }";
      writeFileSync(files.override, `x-cspace: 7\n${subnets}\n`);
      await up();
    });

    it("names the file and every mistake of a config.json, and goes on once it is mended", async () => {
      const path = join(sandbox.home, "config.json");
      writeFileSync(path, '{ "httpPort": 80');
      const cut = await sandbox.cspace(folder, "up", "--json");
      expect(cut.code).toBe(2);
      expect(JSON.parse(cut.out).error).toMatchObject({
        code: "CSPACE_CONFIG_INVALID",
        hint: expect.stringContaining(`rm ${path}`),
      });
      expect(readFileSync(path, "utf8")).toBe('{ "httpPort": 80');
      writeFileSync(path, JSON.stringify({ httpPort: 70_000, dnsPort: "53", domains: [], networkPool: "10.0.0.0/30" }));
      for (const args of [["up"], ["proxy", "up", "--http-port", "auto"], ["list"], ["proxy", "status"]]) {
        const run = await sandbox.cspace(folder, ...args, "--json");
        expect({ args, code: run.code }).toEqual({ args, code: 2 });
        const { message } = JSON.parse(run.out).error;
        for (const key of ["httpPort: ", "dnsPort: ", "domains: ", "networkPool: "]) expect(message).toContain(key);
        expect(message).toContain(path);
      }
      renameSync(path, `${path}.gone`);
      await up();
    });
  });

  it.each<[string, readonly string[][]]>([
    [
      "the proxy paused, DNS removed",
      [
        ["pause", "cspace-proxy"],
        ["rm", "-f", "cspace-dns"],
      ],
    ],
    ["all of it removed, its network left over", [["rm", "-f", "cspace-proxy", "cspace-dns"]]],
  ])("the proxy: %s", async (_, damages) => {
    const before = started(web);
    for (const damage of damages) docker(...damage);
    const { steps } = await up();
    expect(steps[0]).toMatchObject({ name: "proxy", status: "done" });
    await requireWorking();
    expect(started(web)).toBe(before);
    expect((await up()).steps.slice(0, -1).map((step) => step.status)).not.toContain("done");
    expect(await status()).toMatchObject({
      state: "running",
      httpPort: proxyPorts.http,
      networks: expect.arrayContaining([`cspace-${name}`, `${name}--mercury_default`]),
    });
  });

  it("the proxy: of another version, made by an older cspace", async () => {
    const stack = join(sandbox.home, "proxy/docker-compose.yml");
    const older = readFileSync(stack, "utf8")
      .replace(/(cspace\.proxy\.hash: ).*/, "$10123456789abcdef")
      .replace("log.level=WARN", "log.level=ERROR");
    writeFileSync(stack, older);
    docker("compose", "--project-directory", join(sandbox.home, "proxy"), "-p", "0--cspace", "-f", stack, "up", "-d");
    expect((await up()).steps[0]).toMatchObject({ name: "proxy", status: "done" });
    expect(docker("inspect", "--format", "{{.Config.Cmd}}", "cspace-proxy")).toContain("--log.level=WARN");
    await requireWorking();
  });

  it("an instance: its container stopped, or taken off the project's network", async () => {
    docker("stop", "-t", "0", web);
    expect((await up()).steps.find((step) => step.name === "start")).toMatchObject({ status: "done" });
    await requireWorking();
    docker("network", "disconnect", "-f", `cspace-${name}`, web);
    docker("network", "disconnect", "-f", `${name}--mercury_default`, "cspace-proxy");
    expect((await up()).steps.find((step) => step.name === "attach")).toMatchObject({ status: "done" });
    expect(Object.keys(JSON.parse(docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", web)))).toContain(
      `cspace-${name}`,
    );
    await requireWorking();
  });

  describe("a proxy from another home", () => {
    const other = join(sandbox.root, "other-home");
    const upThere = (...args: string[]) => sandbox.cspaceWith({ CSPACE_HOME: other }, folder, "up", "--json", ...args);

    it("is used as it is while its configuration is equal", async () => {
      const before = started("cspace-proxy", "cspace-dns", web);
      const run = await upThere();
      expect(run.code).toBe(0);
      expect(JSON.parse(run.out).steps[0]).toMatchObject({ name: "proxy", status: "unchanged" });
      expect(started("cspace-proxy", "cspace-dns", web)).toBe(before);
      expect(readdirSync(other)).not.toContain("proxy");
    });

    it("is not taken over while another configuration is asked for, and its home is named", async () => {
      const before = started("cspace-proxy", "cspace-dns", web);
      const refusal = {
        code: "CSPACE_PROXY_FOREIGN",
        message: expect.stringContaining(`was started from ${sandbox.home} `),
        hint: expect.stringContaining(`CSPACE_HOME=${sandbox.home} cspace proxy down`),
      };
      writeFileSync(join(other, "config.json"), '{ "domains": ["cspace.test"] }');
      for (const args of [[], ["--dry-run"]]) {
        const run = await upThere(...args);
        expect(run.code).toBe(1);
        expect(JSON.parse(run.out).error).toMatchObject(refusal);
      }
      writeFileSync(join(other, "config.json"), "{}");
      const env = { CSPACE_HOME: other };
      const asked = await sandbox.cspaceWith(env, folder, "proxy", "up", "--http-port", "18099", "--json");
      expect(JSON.parse(asked.out).error).toMatchObject(refusal);
      expect(readFileSync(join(other, "config.json"), "utf8")).toBe("{}");
      expect(started("cspace-proxy", "cspace-dns", web)).toBe(before);
    });

    it("is not taken over while it is stopped, and that is what the error says", async () => {
      docker("stop", "-t", "0", "cspace-dns");
      const run = await upThere();
      expect(run.code).toBe(1);
      expect(JSON.parse(run.out).error).toMatchObject({
        code: "CSPACE_PROXY_FOREIGN",
        message: `the proxy of this machine was started from ${sandbox.home}, and not all of it runs`,
        hint: expect.stringContaining(`CSPACE_HOME=${sandbox.home} cspace proxy up`),
      });
      docker("start", "cspace-dns");
    });

    it("is mended by this home once the other one is gone", async () => {
      renameSync(sandbox.home, `${sandbox.home}.moved`);
      docker("stop", "-t", "0", "cspace-dns");
      const run = await upThere();
      expect(run.code).toBe(0);
      await requireWorking();
      expect(docker("inspect", "--format", '{{index .Config.Labels "cspace.proxy.home"}}', "cspace-proxy")).toBe(other);
      await sandbox.cspaceWith({ CSPACE_HOME: other }, folder, "proxy", "down");
      renameSync(`${sandbox.home}.moved`, sandbox.home);
    });
  });

  it("leaves a stranger's container named cspace-proxy alone, and says that it is in the way", async () => {
    docker("run", "-d", "--init", "--name", "cspace-proxy", "busybox:1.37", "sleep", "600");
    const before = started("cspace-proxy");
    for (const args of [["up"], ["proxy", "up"], ["proxy", "up", "--dry-run"]]) {
      const run = await sandbox.cspace(folder, ...args, "--json");
      expect(run.code).toBe(1);
      expect(JSON.parse(run.out).error).toMatchObject({
        code: "CSPACE_PROXY_FOREIGN",
        message: expect.stringContaining("cspace-proxy"),
        hint: expect.stringContaining("docker rm -f cspace-proxy"),
      });
    }
    expect((await sandbox.cspace(folder, "proxy", "down")).code).toBe(0);
    expect(await status()).toMatchObject({ state: "stopped", httpPort: null, networks: [] });
    expect(started("cspace-proxy")).toBe(before);
    docker("rm", "-f", "cspace-proxy");
  });

  it("names a network that is a stranger's and stands in the way", async () => {
    await sandbox.json(folder, "down");
    docker("network", "create", `cspace-${name}`);
    const run = await sandbox.cspace(folder, "up", "--json");
    expect(run.code).toBe(2);
    expect(JSON.parse(run.out).error).toMatchObject({
      code: "CSPACE_NAME_TAKEN",
      message: `the network cspace-${name} exists and is not cspace's`,
      hint: expect.stringContaining(`docker network rm cspace-${name}`),
    });
    docker("network", "rm", `cspace-${name}`);
    expect((await up()).steps.find((step) => step.name === "networks")).toMatchObject({ status: "done" });
    await requireWorking();
  });
});
