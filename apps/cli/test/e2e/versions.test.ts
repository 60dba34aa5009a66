import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askDaemon } from "./ask-daemon.ts";
import { bin, createSandbox, docker, engineAnswers, httpService, prefix, removeLeftovers } from "./harness.ts";
import { startCspace } from "./processes.ts";

describe.skipIf(!engineAnswers)("other versions of cspace (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const name = `${prefix}versions`;
  let folder: string;
  const container = `${name}--mercury-web-1`;
  const startedAt = (...names: string[]): string => docker("inspect", "-f", "{{.Id}} {{.State.StartedAt}}", ...names);

  beforeAll(() => {
    removeLeftovers();
    folder = sandbox.project(name, {
      "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]')}`,
      ".cspace.json": JSON.stringify({ processes: { dev: { command: "node server.mjs" } } }),
      "server.mjs": `import { createServer } from "node:http";
createServer((_, answer) => answer.end(String(process.pid))).listen(Number(process.env.PORT), process.env.HOST);`,
    });
  });
  afterAll(async () => {
    await askDaemon(sandbox.home, "POST", "/stop");
    await sandbox.clean();
  });

  /** This command line as another release of the same contract. */
  function otherRelease(): string {
    const copy = join(sandbox.root, "release");
    for (const part of ["bin", "dist", "package.json"]) {
      cpSync(join(dirname(bin), "..", part), join(copy, part), { recursive: true });
    }
    let found = 0;
    for (const file of readdirSync(join(copy, "dist/app"))) {
      const path = join(copy, "dist/app", file);
      const text = readFileSync(path, "utf8");
      const other = text.replaceAll(/(["'`])0\.0\.0\1/g, () => {
        found += 1;
        return '"0.0.1"';
      });
      if (other !== text) writeFileSync(path, other);
    }
    expect(found).toBeGreaterThan(0);
    return join(copy, "bin/cspace.js");
  }

  test("what another release of the same contract has started goes on, without a restart, and is this one's to end", async () => {
    const env = { CSPACE_HOME: sandbox.home };
    const other = startCspace(["up", "mercury", "--json"], { program: otherRelease(), cwd: folder, env });
    expect(await other.ended).toBe(0);
    const before = await askDaemon(sandbox.home, "GET", "/status");
    expect(before).toMatchObject({ version: "0.0.1" });
    const running = startedAt(container, "cspace-proxy", "cspace-dns");
    const { instance, steps } = await sandbox.json<{
      instance: { routes: { label: string; health: string }[] };
      steps: { name: string; status: string }[];
    }>(folder, "up");
    expect(instance.routes.map(({ label, health }) => [label, health])).toEqual([
      ["dev", "up"],
      ["web", "up"],
    ]);
    expect(steps.filter(({ name, status }) => status === "done" && name !== "verify")).toEqual([]);
    expect(startedAt(container, "cspace-proxy", "cspace-dns")).toBe(running);
    expect((await askDaemon(sandbox.home, "GET", "/status"))?.pid).toBe(before?.pid);
    expect((await sandbox.cspace(folder, "stop")).code).toBe(0);
    expect((await sandbox.cspace(folder, "start")).code).toBe(0);
    expect((await sandbox.cspace(folder, "down", "--volumes")).code).toBe(0);
  });

  test.each([["up"], ["stop"], ["restart"], ["down"]])(
    "an instance that a newer contract has started is refused by %s, and left as it is",
    async (command) => {
      const labels = {
        "cspace.managed": "true",
        "cspace.spec": "2",
        "cspace.project": name,
        "cspace.instance": "venus",
        "cspace.directory": folder,
        "com.docker.compose.project": `${name}--venus`,
        "com.docker.compose.service": "web",
        "com.docker.compose.container-number": "1",
        "com.docker.compose.oneoff": "False",
      };
      const args = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
      docker("rm", "-f", `${name}--venus-web-1`);
      docker("run", "-d", "--name", `${name}--venus-web-1`, ...args, "busybox:1.37", "sleep", "600");
      const before = startedAt(`${name}--venus-web-1`);
      const { code, err } = await sandbox.cspace(
        folder,
        command,
        ...(command === "restart" || command === "stop" ? ["--instance", "venus"] : ["venus"]),
      );
      expect(err).toContain(`venus of ${name} is of a newer version of cspace`);
      expect(err).toContain("CSPACE_VERSION_NEWER");
      expect(err).toContain("npm install --save-dev @cspace/cli@latest");
      expect(code).toBe(1);
      expect(startedAt(`${name}--venus-web-1`)).toBe(before);
      expect((await sandbox.cspace(folder, "list")).out).toContain("venus");
      docker("rm", "-f", `${name}--venus-web-1`);
    },
  );

  test("a proxy of a newer contract is refused, and left as it is; doctor says so", async () => {
    docker("rm", "-f", "cspace-proxy", "cspace-dns");
    const labels = ["cspace.proxy.hash=abc", "cspace.proxy.spec=2", `cspace.proxy.home=${sandbox.home}`];
    const args = labels.flatMap((label) => ["--label", label]);
    docker("run", "-d", "--name", "cspace-proxy", ...args, "busybox:1.37", "sleep", "600");
    const before = startedAt("cspace-proxy");
    for (const words of [
      ["up", "mercury"],
      ["proxy", "up"],
    ]) {
      const { code, err } = await sandbox.cspace(folder, ...words);
      expect([code, err]).toEqual([1, expect.stringContaining("the proxy of this machine is of a newer version")]);
    }
    expect(startedAt("cspace-proxy")).toBe(before);
    expect((await sandbox.cspace(folder, "doctor")).out).toContain(
      "the proxy was started by a newer version of cspace",
    );
    docker("rm", "-f", "cspace-proxy");
  });

  test("a home that a newer contract has changed is refused, and left as it is", async () => {
    const home = join(sandbox.root, "newer");
    mkdirSync(home);
    writeFileSync(join(home, "config.json"), '{ "spec": 2 }');
    for (const words of [["up"], ["list"], ["proxy", "up"]]) {
      const { code, err } = await sandbox.cspaceWith({ CSPACE_HOME: home }, folder, ...words);
      expect([code, err]).toEqual([1, expect.stringContaining("CSPACE_VERSION_NEWER")]);
    }
    expect(readFileSync(join(home, "config.json"), "utf8")).toBe('{ "spec": 2 }');
    const { out } = await sandbox.cspaceWith({ CSPACE_HOME: home }, folder, "doctor");
    expect(out).toContain("is of a newer version of cspace");
  });
});
