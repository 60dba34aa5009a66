import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bin, type CliRun, createSandbox, docker, engineAnswers, prefix, removeLeftovers, until } from "./harness.ts";
import { signalGroup, startCspace } from "./processes.ts";

const name = `${prefix}commands`;
const otherName = `${prefix}commands-other`;
const project = `${name}--mercury`;

const service = (script: string, extra = ""): string => `
    image: busybox:1.37
    init: true
    stop_grace_period: 0s
    command: ["sh", "-c", ${JSON.stringify(script)}]
${extra}`;

describe.skipIf(!engineAnswers)("commands (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const folder = sandbox.project(name, {
    "compose.yaml": `services:
  web:${service("echo first; echo second; echo third >&2; mkdir /www; echo hi > /www/index.html; exec httpd -f -p 3000 -h /www", '    ports: ["3000"]\n    volumes: ["data:/data"]')}
  worker:${service("echo working; exec sleep 600")}
volumes:
  data:
`,
  });
  const failing = sandbox.project(otherName, {
    "compose.yaml": `services:
  web:${service("mkdir /www; exec httpd -f -p 3000 -h /www", '    ports: ["3000"]')}
  broken:${service("echo cannot find the thing; exit 3")}
`,
  });
  const machine = (): string =>
    [
      ["ps", "-aq", "--no-trunc"],
      ["network", "ls", "-q"],
      ["volume", "ls", "-q"],
      ["ps", "--format", "{{.ID}} {{.Ports}}"],
    ]
      .map((args) =>
        docker(...args)
          .split("\n")
          .sort()
          .join("\n"),
      )
      .join("\n\n");
  const lines = (text: string): Record<string, unknown>[] =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  const errorOf = (run: CliRun): Record<string, unknown> => JSON.parse(run.out).error;
  const plan = async (
    cwd: string,
    ...args: string[]
  ): Promise<{ kind: string; path: string; after: string | null }[]> => {
    const before = machine();
    const { plan } = (await sandbox.json(cwd, ...args, "--dry-run")) as unknown as {
      plan: { version: number; steps: { kind: string; path: string; after: string | null; needsRoot: boolean }[] };
    };
    expect(machine()).toBe(before);
    expect(plan.version).toBe(1);
    for (const step of plan.steps)
      expect(Object.keys(step)).toEqual(expect.arrayContaining(["kind", "path", "before", "after", "needsRoot"]));
    return plan.steps;
  };
  const paths = (steps: { path: string }[]): string[] => steps.map(({ path }) => path);

  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  describe("on a machine without anything of cspace's", () => {
    it("--dry-run tells what up and proxy up would make, and makes nothing, not even a home", async () => {
      const bare = sandbox.project(`${prefix}bare`, {
        ".cspace.json": JSON.stringify({
          container: { image: "busybox:1.37", command: "sleep 600", ports: { "3000": "dev" } },
        }),
      });
      expect(paths(await plan(folder, "up"))).toEqual([
        join(sandbox.home, "proxy/docker-compose.yml"),
        join(sandbox.home, "proxy/coredns/Corefile"),
        join(sandbox.home, "proxy/dynamic/services.yml"),
        "docker:container/cspace-proxy",
        "docker:container/cspace-dns",
        `docker:network/cspace-${name}`,
        `docker:network/${project}_default`,
        join(sandbox.home, "instances", name, "mercury/compose.override.yml"),
        `docker:container/${project}/web`,
        `docker:container/${project}/worker`,
      ]);
      expect(paths(await plan(bare, "up"))).toContain(`docker:container/${prefix}bare--mercury/app`);
      expect(paths(await plan(folder, "proxy", "up"))).toHaveLength(5);
      expect(await plan(folder, "proxy", "down")).toEqual([]);
      expect(existsSync(sandbox.home)).toBe(false);
    });

    it("the proxy is stopped, has no logs, and is not there to be removed", async () => {
      expect((await sandbox.json(folder, "proxy", "status")).proxy).toEqual({
        engine: "docker",
        why: expect.stringContaining("a Docker engine answers at "),
        state: "stopped",
        httpPort: null,
        httpsPort: null,
        dnsPort: null,
        dnsEngine: null,
        domains: ["cspace.local", "cspace.localhost"],
        networks: [],
        versions: { traefik: null, coredns: null },
      });
      const logs = await sandbox.cspace(folder, "proxy", "logs", "--json");
      expect({ code: logs.code, error: errorOf(logs) }).toMatchObject({
        code: 1,
        error: { code: "CSPACE_PROXY_STOPPED" },
      });
      expect((await sandbox.cspace(folder, "proxy", "down")).out).toBe("the proxy was not running\n");
      expect((await sandbox.json(folder, "list", "--all")).instances).toEqual([]);
    });
  });

  describe("while an instance runs", () => {
    let proxyPort = 0;
    beforeAll(async () => {
      const { steps } = (await sandbox.json(folder, "up")) as unknown as {
        steps: { name: string; status: string; ms: number }[];
      };
      expect(steps.map(({ name: step, status }) => `${step} ${status}`)).toEqual([
        "proxy done",
        "networks done",
        "create done",
        "attach done",
        "start done",
        "wait unchanged",
        "verify done",
      ]);
      expect(steps.every(({ ms }) => Number.isInteger(ms))).toBe(true);
    });

    it("proxy status and proxy up tell ports, domains, networks and versions", async () => {
      const { proxy } = (await sandbox.json(folder, "proxy", "status")) as unknown as { proxy: { httpPort: number } };
      expect(proxy).toEqual({
        engine: "docker",
        why: expect.stringContaining("a Docker engine answers at "),
        state: "running",
        httpPort: expect.any(Number),
        httpsPort: expect.any(Number),
        dnsPort: expect.any(Number),
        dnsEngine: "coredns",
        domains: ["cspace.local", "cspace.localhost"],
        networks: [`cspace-${name}`, `${project}_default`],
        versions: { traefik: "3.7.15", coredns: "1.15.0" },
      });
      expect((await sandbox.json(folder, "proxy", "up")).proxy).toEqual(proxy);
      proxyPort = proxy.httpPort;
    });

    it("--dry-run finds nothing to do, or exactly what would be changed", async () => {
      expect(await plan(folder, "up")).toEqual([]);
      expect(await plan(folder, "proxy", "up")).toEqual([]);
      const moved = await plan(folder, "proxy", "up", "--http-port", "18099");
      expect(moved.find(({ path }) => path === "docker:container/cspace-proxy")?.after).toContain("18099");
      expect(existsSync(join(sandbox.home, "config.json"))).toBe(false);
      expect(paths(await plan(folder, "down", "--volumes")).sort()).toEqual([
        `docker:container/${project}-web-1`,
        `docker:container/${project}-worker-1`,
        `docker:network/cspace-${name}`,
        `docker:network/${project}_default`,
        `docker:volume/${project}_data`,
      ]);
      expect(paths(await plan(folder, "proxy", "down")).sort()).toEqual([
        "docker:container/cspace-dns",
        "docker:container/cspace-proxy",
        "docker:network/0--cspace",
      ]);
    });

    it("logs prints the lines of every service, of one, the last ones, and none of an unknown one", async () => {
      expect((await sandbox.cspace(folder, "logs")).out.split("\n").sort()).toEqual([
        "",
        "web    | first",
        "web    | second",
        "web    | third",
        "worker | working",
      ]);
      expect(lines((await sandbox.cspace(folder, "logs", "web", "--json")).out).sort(byLine)).toEqual([
        { version: 1, service: "web", stream: "stdout", line: "first" },
        { version: 1, service: "web", stream: "stdout", line: "second" },
        { version: 1, service: "web", stream: "stderr", line: "third" },
      ]);
      expect((await sandbox.cspace(folder, "logs", "worker", "--tail", "1")).out).toBe("worker | working\n");
      expect((await sandbox.cspace(folder, "logs", "web", "--tail", "1")).out.trim().split("\n")).toHaveLength(1);
      const unknown = await sandbox.cspace(folder, "logs", "wbe", "--json");
      expect(unknown.code).toBe(2);
      expect(errorOf(unknown)).toEqual({
        code: "CSPACE_LABEL_UNKNOWN",
        message: "mercury has no route, service or process wbe",
        hint: "there are: web, worker",
      });
      expect((await sandbox.cspace(folder, "logs", "--tail", "-1")).code).toBe(2);
    });

    it("logs --follow goes on with new lines until it is interrupted, in JSON Lines to the end", async () => {
      const run = startCspace(["logs", "worker", "--follow", "--json"], {
        cwd: folder,
        env: { CSPACE_HOME: sandbox.home },
      });
      await until(5000, async () => run.text.out.includes("working"));
      docker("exec", `${project}-worker-1`, "sh", "-c", "echo later > /proc/1/fd/1");
      await until(5000, async () => run.text.out.includes("later"));
      signalGroup(run, "SIGINT");
      expect(await run.ended).toBe(130);
      expect(lines(run.text.out)).toMatchObject([
        { line: "working" },
        { line: "later" },
        { error: { code: "CSPACE_INTERRUPTED" } },
      ]);
    });

    it("ends quietly when its reader has enough", async () => {
      const script = `"$0" "$1" logs --follow | head -n 1`;
      const env = { ...process.env, CSPACE_HOME: sandbox.home, NO_COLOR: "1" };
      const running = promisify(execFile)("sh", ["-c", script, process.execPath, bin], {
        cwd: folder,
        env,
        timeout: 20_000,
      });
      await until(5000, async () => {
        docker("exec", `${project}-worker-1`, "sh", "-c", "echo again > /proc/1/fd/1");
        return await Promise.race([
          running.then(() => true),
          new Promise<boolean>((done) => setTimeout(done, 200, false)),
        ]);
      });
      expect(await running).toMatchObject({ stdout: expect.stringMatching(/^w\w+ +\| \w+\n$/), stderr: "" });
    });

    it("proxy logs prints under the containers' names", async () => {
      const all = lines((await sandbox.cspace(folder, "proxy", "logs", "--json")).out);
      expect(all).toContainEqual({
        version: 1,
        service: "cspace-dns",
        stream: "stdout",
        line: expect.stringContaining("CoreDNS-1.15.0"),
      });
    });

    it("a failure's document tells the error, the steps and the instance; all instances are listed with --all", async () => {
      const run = await sandbox.cspace(failing, "up", "--json");
      expect(run.code).toBe(1);
      const document = JSON.parse(run.out);
      expect(Object.keys(document)).toEqual(["version", "error", "instance", "steps"]);
      expect(document).toMatchObject({
        version: 1,
        error: {
          code: "CSPACE_CONTAINER_FAILED",
          message: expect.stringMatching(/^the service broken exited with code 3.+\n {2}cannot find the thing$/),
          hint: "read all of it: cspace logs broken",
        },
        instance: {
          project: otherName,
          instance: "mercury",
          directory: failing,
          state: "partial",
          routes: [{ label: "web" }],
        },
      });
      const steps = document.steps.map((step: { name: string }) => step.name);
      expect(steps.slice(0, 4)).toEqual(["proxy", "networks", "create", "attach"]);
      expect(steps).not.toContain("verify");
      const names = async (...args: string[]): Promise<string[]> =>
        ((await sandbox.json(...(args as [string, ...string[]]))).instances as unknown as { project: string }[]).map(
          (one) => one.project,
        );
      expect(await names(folder, "list")).toEqual([name]);
      expect(await names(folder, "list", "--all")).toEqual([otherName, name].sort());
      expect(await names(sandbox.root, "list")).toEqual([otherName, name].sort());
      expect(await names(folder, "list", "--project", otherName)).toEqual([otherName]);
    });

    it("list --watch prints a line whenever something changes, until it is interrupted", async () => {
      const run = startCspace(["list", "--watch", "--json"], { cwd: folder, env: { CSPACE_HOME: sandbox.home } });
      await until(5000, async () => run.text.out.includes('"state":"running"'));
      docker("stop", "-t", "0", `${project}-web-1`);
      await until(5000, async () => run.text.out.includes('"state":"partial"'));
      signalGroup(run, "SIGINT");
      expect(await run.ended).toBe(130);
      const printed = lines(run.text.out);
      expect(printed.slice(0, -1).every(({ version, instances }) => version === 1 && Array.isArray(instances))).toBe(
        true,
      );
      expect(printed.at(-1)).toMatchObject({ version: 1, error: { code: "CSPACE_INTERRUPTED" } });
      docker("start", `${project}-web-1`);
    });

    it("asks for confirmation with exit code 4 where a volume may be another's, and --yes gives it", async () => {
      const label = `com.docker.compose.project=${name}--venus`;
      docker("volume", "create", "--label", label, "--label", "com.docker.compose.volume=data", `${name}--venus_data`);
      const before = machine();
      const run = await sandbox.cspace(folder, "up", "venus", "--json");
      expect(run.code).toBe(4);
      expect(errorOf(run)).toMatchObject({
        code: "CSPACE_CONFIRMATION_NEEDED",
        hint: expect.stringContaining("cspace up venus --yes"),
      });
      expect(machine()).toBe(before);
      expect(paths(await plan(folder, "up", "venus", "--yes"))).toContain(`docker:container/${name}--venus/web`);
    });

    it.each([
      [["upp"], "up"],
      [["list", "--jsn"], "--json"],
      [["proxy", "stat"], "status"],
      [["up", "--wait", "soon"], "seconds"],
    ])("wrong usage is one document with exit code 2: %j", async (args, mention) => {
      const run = await sandbox.cspace(folder, ...args, "--json");
      expect(run.code).toBe(2);
      expect(run.err).toBe("");
      expect(errorOf(run)).toMatchObject({ code: "CSPACE_USAGE" });
      expect(JSON.stringify(errorOf(run))).toContain(mention);
    });

    it("proxy down leaves instances on their ports, and says so", async () => {
      expect(proxyPort).toBeGreaterThan(0);
      const { proxy, changed } = await sandbox.json(folder, "proxy", "down");
      expect({ proxy, changed }).toMatchObject({ proxy: { state: "stopped", networks: [] }, changed: true });
      const { instances } = (await sandbox.json(folder, "list")) as unknown as {
        instances: { routes: Record<string, unknown>[] }[];
      };
      expect(instances[0]?.routes).toMatchObject([
        {
          label: "web",
          via: "port",
          url: expect.stringMatching(/^http:\/\/localhost:\d+$/),
          reason: "the proxy is not running",
        },
      ]);
      expect(docker("network", "ls", "--format", "{{.Name}}").split("\n")).not.toContain("0--cspace");
    });
  });
});

function byLine(a: Record<string, unknown>, b: Record<string, unknown>): number {
  return String(a.line) < String(b.line) ? -1 : 1;
}
