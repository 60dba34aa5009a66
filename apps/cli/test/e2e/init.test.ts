import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isPortFree } from "@cspace/ports";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, httpService, prefix, removeLeftovers, until } from "./harness.ts";
import { canHideEtc, createPrivateMachine, hasScript } from "./private-machine.ts";

interface Failure {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
  readonly plan: { readonly steps: readonly { readonly path: string; readonly needsRoot: boolean }[] };
  readonly commands: readonly string[];
}
interface Initialised {
  readonly settings: { readonly file: string | null; readonly state: string };
  readonly domains: readonly string[];
  readonly resolvers: readonly { readonly kind: string; readonly domain: string; readonly state: string }[];
  readonly steps: readonly { readonly name: string; readonly status: string }[];
}

if (engineAnswers) removeLeftovers();
const portsAreFree =
  engineAnswers &&
  (await isPortFree(53, { hosts: ["127.0.0.1"] })) !== "taken" &&
  (await isPortFree(53, { hosts: ["127.0.0.1"], protocol: "udp" })) !== "taken";
const rule = "dnsmasq.d/cspace.conf";
const nowhere = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
const compose = {
  "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]')}  db:\n    image: busybox:1.37\n    init: true\n    stop_grace_period: 0s\n    command: sleep 600\n    expose: ["5432"]\n`,
};

describe("what init proposes for a project", () => {
  const sandbox = createSandbox();
  afterAll(() => rmSync(sandbox.root, { recursive: true, force: true }));

  const propose = async (
    name: string,
    files: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = nowhere,
  ): Promise<{ readonly text: string | undefined; readonly err: string; readonly folder: string }> => {
    const folder = sandbox.project(name, files);
    const run = await sandbox.cspaceWith(env, folder, "init", "--dry-run", "--json");
    expect(run).toMatchObject({ code: 0 });
    const { steps } = JSON.parse(run.out).plan as { steps: { path: string; after: string }[] };
    const text = steps.find(({ path }) => path === join(folder, ".cspace.json"))?.after;
    expect(existsSync(join(folder, ".cspace.json"))).toBe(false);
    return { text, err: run.err, folder };
  };

  test.skipIf(!engineAnswers)("routes for the ports of its services that may speak HTTP", async () => {
    const { text } = await propose(`${prefix}routes`, compose);
    expect(JSON.parse(text ?? "")).toEqual({
      $schema: expect.stringContaining("cspace.schema.json"),
      project: `${prefix}routes`,
      routes: { web: { service: "web", port: 3000 } },
    });
  });

  test("no routes where Compose cannot be asked, and it says so", async () => {
    const plugin = sandbox.project("docker/cli-plugins", { "docker-compose": "#!/bin/sh\nexit 9\n" });
    chmodSync(join(plugin, "docker-compose"), 0o755);
    const env = { ...nowhere, DOCKER_CONFIG: join(sandbox.root, "docker") };
    const { text, err } = await propose(`${prefix}bare`, compose, env);
    expect(JSON.parse(text ?? "")).toEqual({ $schema: expect.anything(), project: `${prefix}bare` });
    expect(err).toContain("no routes are proposed");
  });

  test("no routes where Compose refuses the files, in its own words", async () => {
    const { text, err } = await propose(`${prefix}broken`, { "compose.yaml": "services: 7\n" });
    expect(JSON.parse(text ?? "")).not.toHaveProperty("routes");
    expect(err).toContain("no routes are proposed");
  });

  test("the dev script as a process where there is no compose file, by the package manager of the lockfile", async () => {
    const manifest = '{ "scripts": { "dev": "vite" } }';
    const { text } = await propose(`${prefix}script`, { "package.json": manifest, "pnpm-lock.yaml": "" });
    expect(JSON.parse(text ?? "")).toMatchObject({ processes: { dev: { command: "pnpm run dev" } } });
  });

  test("nothing where nothing is found, or settings are there already, or there is no project", async () => {
    const { text, err, folder } = await propose(`${prefix}nothing`, { "package.json": "{}" });
    expect(text).toBeUndefined();
    expect(err).toContain(`${folder} has neither a compose file nor a dev script`);
    const present = sandbox.project(`${prefix}present`, { ".cspace.json": "{}" });
    const run = await sandbox.cspaceWith(nowhere, present, "init", "--dry-run", "--json");
    expect(JSON.parse(run.out).plan.steps.map(({ path }: { path: string }) => path)).not.toContain(
      join(present, ".cspace.json"),
    );
    const outside = await sandbox.cspaceWith(nowhere, sandbox.root, "init", "--dry-run", "--json");
    expect(outside).toMatchObject({ code: 0, err: expect.stringContaining("is no project") });
  });

  test("mistakes in settings that are there end it, and so does a directory that is not", async () => {
    const folder = sandbox.project(`${prefix}mistake`, { ".cspace.json": '{ "projcet": 1 }' });
    expect(await sandbox.cspaceWith(nowhere, folder, "init")).toMatchObject({ code: 2 });
    expect(await sandbox.cspaceWith(nowhere, folder, "init", "--cwd", "/nowhere")).toMatchObject({ code: 2 });
  });

  test.each(["local", "cspace_local.test", "a..b", "", "-a.test"])(
    "the domain %j is refused: exit 2",
    async (domain) => {
      const folder = sandbox.project(`${prefix}domain`, compose);
      const run = await sandbox.cspaceWith(nowhere, folder, "init", `--domain=${domain}`, "--yes", "--json");
      expect({ code: run.code, error: JSON.parse(run.out).error.code }).toEqual({
        code: 2,
        error: "CSPACE_DOMAIN_INVALID",
      });
      expect(existsSync(sandbox.home)).toBe(false);
      expect(existsSync(join(folder, ".cspace.json"))).toBe(false);
    },
  );
});

describe.skipIf(!canHideEtc || !portsAreFree)(
  "init on a machine with dnsmasq (needs root, an /etc of its own, the engine, and port 53)",
  () => {
    const sandbox = createSandbox();
    const machine = createPrivateMachine(sandbox, { dnsmasq: true });
    const name = `${prefix}init`;
    const folder = sandbox.project(name, compose);
    const settings = join(folder, ".cspace.json");
    const before = machine.files();
    const host = `web.mercury.${name}.cspace.local`;
    const expectUnchanged = (): void => {
      expect(machine.files()).toEqual(before);
      expect(existsSync(settings)).toBe(false);
      expect(existsSync(sandbox.home)).toBe(false);
      expect(docker("ps", "-aq", "--filter", "name=^/cspace-")).toBe("");
    };
    const resetMachine = (): void => {
      removeLeftovers();
      rmSync(join(machine.etc, rule), { force: true });
      rmSync(settings, { force: true });
      rmSync(sandbox.home, { recursive: true, force: true });
    };

    beforeAll(removeLeftovers);
    afterAll(sandbox.clean);

    describe("changes nothing", () => {
      afterEach(expectUnchanged);

      test("without a terminal and without --yes: exit 4, the plan, and the commands", async () => {
        const run = await machine.cspace(folder, "init");
        expect(run).toMatchObject({ code: 4, out: "" });
        expect(run.err).toContain(`create ${settings}\n`);
        expect(run.err).toContain("create /etc/dnsmasq.d/cspace.conf (as root, mode 0644)\n");
        expect(run.err).toContain("+server=/cspace.local/127.0.0.1#53\n");
        expect(run.err).toMatch(/^ {2}mv -f \S+ \/etc\/dnsmasq\.d\/cspace\.conf$/m);
        expect(run.err).toContain("(CSPACE_CONFIRMATION_NEEDED)");
        const { error, plan, commands } = JSON.parse((await machine.cspace(folder, "init", "--json")).out) as Failure;
        expect(error).toMatchObject({ code: "CSPACE_CONFIRMATION_NEEDED", hint: expect.stringContaining("--yes") });
        expect(plan.steps.map(({ path, needsRoot }) => [path, needsRoot])).toEqual([
          [settings, false],
          ["/etc/dnsmasq.d/cspace.conf", true],
          ["service:dnsmasq", true],
        ]);
        expect(commands.join("\n")).toContain("cspace.conf");
      });

      test("with --dry-run, which tells of the proxy too", async () => {
        const { plan } = await machine.json<{ plan: Failure["plan"] }>(folder, "init", "--dry-run");
        const paths = plan.steps.map(({ path }) => path);
        expect(paths).toEqual(
          expect.arrayContaining([settings, "docker:container/cspace-dns", "/etc/dnsmasq.d/cspace.conf"]),
        );
        const other = await machine.json<{ plan: Failure["plan"] }>(
          folder,
          "init",
          "--dry-run",
          "--domain",
          "dev.test",
        );
        expect(other.plan.steps.map(({ path }) => path)).toContain(join(sandbox.home, "config.json"));
        expect(JSON.stringify(other.plan)).toContain("server=/dev.test/");
      });

      describe.skipIf(!hasScript)("on a terminal (needs util-linux's script)", () => {
        const answer = async (
          keys: readonly string[],
          ...args: string[]
        ): Promise<{ code: number | null; out: string }> => {
          const run = machine.start(["init", ...args], { cwd: folder, terminal: true });
          for (const [index, key] of keys.entries()) {
            const question = ["Write ", "Make these changes"][index] ?? "";
            await until(20_000, async () => run.text.out.includes(question) && run.text.out.includes("Yes"));
            run.type(key);
          }
          return run.ended;
        };

        test("when every question is answered with no", async () => {
          const run = await answer(["n", "n"]);
          expect(run).toMatchObject({ code: 1, out: expect.stringContaining("(CSPACE_DECLINED)") });
        });

        test.each([[["\u0003"]], [["y", "\u0003"]]])("when %j breaks the questions off with Ctrl-C", async (keys) => {
          const run = await answer(keys);
          expect(run).toMatchObject({ code: 130, out: expect.stringContaining("(CSPACE_INTERRUPTED)") });
        });
      });

      test("as an ordinary user with --yes and no sudo: exit 4 and the commands, with sudo", async () => {
        const home = join(mkdtempSync(join(tmpdir(), "cspace-e2e-")), "home");
        chmodSync(dirname(home), 0o777);
        const env = { ...nowhere, HOME: dirname(home), CSPACE_HOME: home, PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
        try {
          const run = await machine.start(["init", "--yes", "--json"], { cwd: "/", env, uid: 65534 }).ended;
          expect(run).toMatchObject({ code: 4 });
          const { error, commands, plan } = JSON.parse(run.out) as Failure;
          expect(error.code).toBe("CSPACE_ELEVATION_FAILED");
          expect(plan.steps).toHaveLength(2);
          expect(commands.every((command) => command.includes("sudo "))).toBe(true);
        } finally {
          rmSync(dirname(home), { recursive: true, force: true });
        }
      });
    });

    test("an ordinary user's sudo runs plain tools and nothing else, and is not asked for a password", async () => {
      const log = join(machine.etc, "tools/sudo.log");
      // What it may do stands in the files' modes, so that no rights of root are needed to see what it runs.
      writeFileSync(join(machine.etc, "tools/sudo"), '#!/bin/sh\necho "$*" >>/etc/tools/sudo.log\nshift\nexec "$@"\n', {
        mode: 0o755,
      });
      writeFileSync(log, "");
      chmodSync(log, 0o666);
      chmodSync(join(machine.etc, "dnsmasq.d"), 0o777);
      const env = {
        ...nowhere,
        HOME: "/tmp",
        CSPACE_HOME: `/tmp/.${prefix}sudo`,
        PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      };
      const run = await machine.start(["dns", "install", "--yes", "--json"], { cwd: "/", env, uid: 65534 }).ended;
      expect(readFileSync(log, "utf8").trim().split("\n")).toEqual([
        "-n tee /etc/dnsmasq.d/.cspace.conf.cspace-new",
        "-n chmod 0644 /etc/dnsmasq.d/.cspace.conf.cspace-new",
        "-n mv -f /etc/dnsmasq.d/.cspace.conf.cspace-new /etc/dnsmasq.d/cspace.conf",
        "-n service dnsmasq restart",
      ]);
      expect(JSON.parse(run.out)).toMatchObject({ resolvers: [{ state: "no-dns", fix: "cspace proxy up" }, {}] });
      expect(run.code).toBe(0);
      for (const path of [env.CSPACE_HOME, log, join(machine.etc, "tools/sudo")]) rmSync(path, { recursive: true });
      chmodSync(join(machine.etc, "dnsmasq.d"), 0o755);
      resetMachine();
    });

    test("the commands that it prints are the ones: typed by hand, nothing is left to do as root", async () => {
      const { commands } = JSON.parse((await machine.cspace(folder, "init", "--json")).out) as Failure;
      machine.shell(["set -e", ...commands].join("\n"));
      expect(machine.files()[rule]).toContain("server=/cspace.local/127.0.0.1#53\n");
      const again = JSON.parse((await machine.cspace(folder, "init", "--json")).out) as Failure;
      expect(again.plan.steps.map(({ path }) => path)).toEqual([settings]);
      resetMachine();
      expectUnchanged();
    });

    test.skipIf(!hasScript)(
      "shows, asks, and does it: the system finds every name then (needs util-linux's script)",
      async () => {
        const run = machine.start(["init"], { cwd: folder, terminal: true });
        await until(20_000, async () => run.text.out.includes("Write "));
        expect(run.text.out).toContain('"web": { "service": "web", "port": 3000 }');
        run.type("y");
        await until(20_000, async () => run.text.out.includes("Make these changes"));
        expect(run.text.out).toContain("dnsmasq (/etc/resolv.conf names 127.0.0.1, where dnsmasq listens)");
        run.type("\r");
        const { code, out } = await run.ended;
        expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/cspace\.local +ok/) });
        expect(machine.addressesOf(host)).toEqual(["127.0.0.1"]);
        expect(JSON.parse(readFileSync(settings, "utf8"))).toMatchObject({ project: name });
        resetMachine();
      },
    );

    test.skipIf(!hasScript)(
      "Ctrl-C while it works: exit 130, no rule, no lock, and the next run finishes (needs util-linux's script)",
      async () => {
        const run = machine.start(["init", "--yes"], { cwd: folder, terminal: true });
        await until(20_000, async () => run.text.out.includes("cspace-proxy"));
        run.type("\u0003");
        expect(await run.ended).toMatchObject({ code: 130, out: expect.stringContaining("(CSPACE_INTERRUPTED)") });
        expect(machine.files()).toEqual(before);
        expect(readdirSync(join(sandbox.home, "run")).filter((file) => file.endsWith(".lock"))).toEqual([]);
        const { resolvers } = await machine.json<Initialised>(folder, "init", "--yes");
        expect(resolvers[0]).toMatchObject({ state: "ok" });
        resetMachine();
      },
    );

    test("does it without a terminal when it is told --yes", async () => {
      const document = await machine.json<Initialised>(folder, "init", "--yes");
      expect(document).toMatchObject({
        version: 1,
        settings: { file: settings, state: "written" },
        domains: ["cspace.local", "cspace.localhost"],
        steps: [{ name: "settings" }, { name: "proxy" }, { name: "resolver" }, { name: "verify" }],
      });
      expect(document.resolvers[0]).toEqual({
        kind: "dnsmasq",
        domain: "cspace.local",
        port: 53,
        state: "ok",
        reason: null,
        fix: null,
      });
      expect(machine.addressesOf(host)).toEqual(["127.0.0.1"]);
    });

    /** Which files are settings and cspace's own, and when each was last written. */
    const readTimes = (): string =>
      execFileSync("find", [folder, sandbox.home, "-type", "f", "-printf", "%p %i %T@\n"], { encoding: "utf8" });

    test("run again says that all is in place: no question, nothing changed", async () => {
      const files = machine.files();
      const own = readTimes();
      const ids = docker("ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}");
      const run = await machine.cspace(folder, "init");
      expect(run).toMatchObject({ code: 0, out: expect.stringMatching(/^all is in place\n/) });
      const { settings: written, steps } = await machine.json<Initialised>(folder, "init");
      expect(written).toEqual({ file: settings, state: "present" });
      expect(steps.filter(({ status }) => status === "done").map((step) => step.name)).toEqual(["verify"]);
      expect(run.out).toContain("cspace.localhost needs no step in Chrome, Firefox, Edge and curl\n");
      expect(machine.files()).toEqual(files);
      expect(readTimes()).toBe(own);
      expect(docker("ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}")).toBe(ids);
    });

    test("outside of a project it sets up the machine alone", async () => {
      const { settings: none } = await machine.json<Initialised>(sandbox.root, "init");
      expect(none).toEqual({ file: null, state: "none" });
    });

    test("starts a proxy that does not run, without a question", async () => {
      await machine.json(folder, "proxy", "down");
      const { steps, resolvers } = await machine.json<Initialised>(folder, "init");
      expect(steps).toMatchObject([{ name: "proxy", status: "done" }, { name: "verify" }]);
      expect(resolvers[0]).toMatchObject({ state: "ok" });
    });

    test("a rule that is in place and not followed is loaded again; if that does not help it fails with the reason", async () => {
      const sources = join(machine.etc, "nsswitch.conf");
      const text = readFileSync(sources, "utf8");
      writeFileSync(sources, "hosts: files\n");
      const asked = await machine.cspace(folder, "init", "--json");
      expect(asked.code).toBe(4);
      const { plan, commands } = JSON.parse(asked.out) as Failure;
      expect([plan.steps.map(({ path }) => path), commands.length]).toEqual([["service:dnsmasq"], 1]);
      const told = await machine.cspace(folder, "init", "--yes", "--json");
      expect({ code: told.code, ...JSON.parse(told.out) }).toMatchObject({
        code: 1,
        error: { code: "CSPACE_DOMAIN_UNRESOLVED", message: expect.stringContaining("/etc/nsswitch.conf") },
        resolvers: [{ state: "not-used" }, {}],
        steps: [{ name: "proxy" }, { name: "verify" }, { name: "resolver" }, { name: "verify" }],
      });
      expect(await machine.cspace(folder, "dns", "status")).toMatchObject({ code: 0 });
      writeFileSync(sources, text);
    });

    test("DNS does not leave the rule's port: taken, it is left out, the holder is named, and it comes back", async () => {
      const holder = `${prefix}holder`;
      await machine.json(folder, "proxy", "down");
      docker("run", "-d", "--init", "--name", holder, "-p", "127.0.0.1:53:53/udp", "busybox:1.37", "sleep", "600");
      const up = await machine.cspace(folder, "up", "mercury", "--json");
      expect(up).toMatchObject({ code: 0 });
      const taken = `port 53 on 127.0.0.1 is taken by the container ${holder}; the proxy goes on without DNS`;
      expect(up.err).toContain(taken);
      expect(up.err).toContain("cspace dns status");
      expect(JSON.parse(up.out).instance.routes).toMatchObject([{ health: "up" }]);
      const { proxy } = await machine.json<{ proxy: { dnsPort: number | null } }>(folder, "proxy", "status");
      expect(proxy.dnsPort).toBeNull();
      expect(existsSync(join(sandbox.home, "config.json"))).toBe(false);
      const { resolvers } = await machine.json<Initialised>(folder, "dns", "status");
      expect(resolvers[0]).toMatchObject({ domain: "cspace.local", port: 53, state: "no-dns" });
      const init = await machine.cspace(folder, "init");
      expect(init).toMatchObject({ code: 0, err: expect.stringContaining(taken) });
      expect(machine.files()[rule]).toContain("#53\n");
      docker("rm", "-f", holder);
      await machine.json(folder, "up", "mercury");
      expect(machine.addressesOf(host)).toEqual(["127.0.0.1"]);
    });

    test("up finds the names then, and says nothing of them", async () => {
      const up = await machine.cspace(folder, "up", "mercury", "--json");
      expect(up.err).toBe("");
      expect(JSON.parse(up.out).instance.routes).toMatchObject([
        { url: expect.stringMatching(`^http://${host}`), via: "proxy" },
      ]);
    });

    test("another DNS port that is named tells that the rule names the old one; dns install mends it", async () => {
      const moved = await machine.cspace(folder, "proxy", "up", "--dns-port", "5300", "--json");
      expect(moved).toMatchObject({ code: 0, err: expect.stringMatching(/names port 53.*: cspace dns install/) });
      const { resolvers } = await machine.json<Initialised>(folder, "dns", "status");
      expect(resolvers[0]).toMatchObject({ state: "no-dns", fix: "cspace dns install" });
      const { plan } = await machine.json<{ plan: Failure["plan"] }>(folder, "dns", "install", "--dry-run");
      expect(JSON.stringify(plan)).toContain("127.0.0.1#5300");
      await machine.cspace(folder, "proxy", "up", "--dns-port", "auto");
    });

    test("another domain: shown and written, served, ruled, and the old rule is gone", async () => {
      const refused = JSON.parse(
        (await machine.cspace(folder, "init", "--domain", "dev.test", "--json")).out,
      ) as Failure;
      expect(refused.plan.steps.map(({ path }) => path)).toEqual([
        join(sandbox.home, "config.json"),
        "/etc/dnsmasq.d/cspace.conf",
        "service:dnsmasq",
      ]);
      const run = await machine.cspace(folder, "init", "--domain", "DEV.test", "--yes", "--json");
      expect(run).toMatchObject({ code: 0, err: expect.stringContaining("cspace up mercury") });
      expect(JSON.parse(run.out).domains).toEqual(["dev.test", "cspace.localhost"]);
      expect(JSON.parse(readFileSync(join(sandbox.home, "config.json"), "utf8"))).toEqual({
        domains: ["dev.test", "cspace.localhost"],
      });
      expect(machine.files()[rule]).toContain("server=/dev.test/127.0.0.1#53\n");
      expect(machine.files()[rule]).not.toContain("cspace.local/");
      expect(machine.addressesOf(`web.mercury.${name}.dev.test`)).toEqual(["127.0.0.1"]);
      const again = await machine.cspace(folder, "init", "--domain", "dev.test");
      expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/^all is in place\n/) });
      await machine.json(folder, "init", "--domain", "cspace.local", "--yes");
    });

    test("another domain whose rule cannot be installed: exit 1, and the machine serves the old one as before", async () => {
      const config = join(sandbox.home, "config.json");
      const [files, settingsOfMachine] = [machine.files(), readFileSync(config, "utf8")];
      const tools = ["service", "systemctl", "rc-service"].map((tool) => join(machine.etc, "tools", tool));
      const scripts = tools.map((tool) => readFileSync(tool, "utf8"));
      for (const tool of tools) writeFileSync(tool, "#!/bin/sh\nexit 1\n");
      const run = await machine.cspace(folder, "init", "--domain", "dev.test", "--yes", "--json");
      for (const [index, tool] of tools.entries()) writeFileSync(tool, scripts[index] ?? "");
      expect(run).toMatchObject({
        code: 1,
        err: expect.stringContaining("serves cspace.local, cspace.localhost, as before"),
      });
      expect(JSON.parse(run.out).error.message).toContain("nothing is changed");
      expect(machine.files()).toEqual(files);
      expect(readFileSync(config, "utf8")).toBe(settingsOfMachine);
      expect(machine.addressesOf(host)).toEqual(["127.0.0.1"]);
    });

    test("cspace.localhost gets a rule when it is asked for, and keeps it", async () => {
      await machine.json(folder, "init", "--localhost", "--yes");
      expect(machine.files()[rule]).toContain("server=/cspace.localhost/127.0.0.1#53\n");
      const { steps } = await machine.json<Initialised>(folder, "init");
      expect(steps.map((step) => step.name)).not.toContain("resolver");
    });

    test("uninstall leaves every file as it was, without an engine", async () => {
      const run = await machine.start(["dns", "uninstall", "--json"], { cwd: folder, env: nowhere }).ended;
      expect(run.code).toBe(4);
      expect(machine.files()).not.toEqual(before);
      const done = await machine.start(["dns", "uninstall", "--yes", "--json"], { cwd: folder, env: nowhere }).ended;
      expect({ code: done.code, steps: JSON.parse(done.out).steps }).toMatchObject({
        code: 0,
        steps: [{ name: "resolver" }, {}],
      });
      expect(machine.files()).toEqual(before);
      const again = await machine.cspace(folder, "dns", "uninstall");
      expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/^there is nothing to take back\n/) });
    });

    test("two at once, both told --yes: both end well, and there is one rule", async () => {
      const runs = await Promise.all([1, 2].map(() => machine.cspace(folder, "init", "--yes", "--json")));
      expect(runs.map(({ code, out }) => (code === 0 ? 0 : out))).toEqual([0, 0]);
      expect(machine.files()[rule]?.match(/server=/g)).toHaveLength(1);
    });

    test("a file of somebody else's in its place is never overwritten: exit 1, and it is named", async () => {
      writeFileSync(join(machine.etc, rule), "server=/example.org/192.0.2.1\n");
      const run = await machine.cspace(folder, "init", "--yes", "--json");
      expect({ code: run.code, error: JSON.parse(run.out).error }).toMatchObject({
        code: 1,
        error: { code: "CSPACE_RESOLVER_FOREIGN", message: expect.stringContaining("/etc/dnsmasq.d/cspace.conf") },
      });
      expect(machine.files()[rule]).toContain("example.org");
    });
  },
);
