import { execFileSync, spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bin, createSandbox, engineAnswers, httpService, prefix, until } from "./harness.ts";

const isRoot = process.getuid?.() === 0;
const script = resolve(import.meta.dirname, "../../../../.ci/extra-engine");

/** An engine of its own, in a network of its own, which may be stopped and started. */
describe.skipIf(!engineAnswers || !isRoot)(
  "a start of the engine (needs a Docker engine, and root for another one)",
  () => {
    const sandbox = createSandbox();
    const name = `${prefix}restart`;
    const engine = join(sandbox.root, "engine");
    const socket = `unix://${join(engine, "docker.sock")}`;
    const env = { ...process.env, CSPACE_HOME: sandbox.home, DOCKER_HOST: socket, NO_COLOR: "1" };
    let folder: string;

    const inside = (file: string, ...args: string[]): string => {
      const namespace = `--net=/proc/${readFileSync(join(engine, "namespace.pid"), "utf8").trim()}/ns/net`;
      return execFileSync("nsenter", [namespace, file, ...args], {
        cwd: folder,
        env,
        encoding: "utf8",
        timeout: 90_000,
      });
    };
    const cspace = (...args: string[]): string => inside(process.execPath, bin, ...args);
    const ask = (label: string): string =>
      inside("curl", "-s", "-m", "5", "-H", `Host: ${label}.mercury.${name}.cspace.local`, "http://127.0.0.1/").trim();
    const pid = (): number => Number(readFileSync(join(engine, "dockerd.pidfile"), "utf8"));
    const states = (): Record<string, string> =>
      Object.fromEntries(
        inside("docker", "ps", "-a", "--format", "{{.Names}} {{.State}}")
          .trim()
          .split("\n")
          .map((line) => line.replace(`${name}--mercury-`, "").split(" ") as [string, string]),
      );

    beforeAll(() => {
      folder = sandbox.project(name, {
        "compose.yaml": `services:
${httpService("web", [3000], '    ports: ["3000"]\n    depends_on: [db]')}
${httpService("quiet", [8000], '    ports: ["8000"]')}
  db:
    image: busybox:1.37
    init: true
    command: sleep 6000
  job:
    image: busybox:1.37
    command: echo done
`,
      });
      execFileSync(script, ["start", engine], { stdio: ["ignore", "ignore", "inherit"], timeout: 110_000 });
      cspace("up", "mercury", "--quiet");
      cspace("stop", "quiet", "--quiet");
    });
    afterAll(async () => {
      execFileSync(script, ["stop", engine], { stdio: "ignore", timeout: 60_000 });
      await sandbox.clean();
    });

    test("containers, the proxy, networks and URLs are as they were; what was stopped stays so, and no work is done again", async () => {
      const before = states();
      expect(before).toMatchObject({ "web-1": "running", "db-1": "running", "quiet-1": "exited", "job-1": "exited" });
      const finished = inside("docker", "inspect", "-f", "{{.State.FinishedAt}}", `${name}--mercury-job-1`);
      expect(ask("web")).toBe("web-3000-mercury");
      const old = pid();
      process.kill(old, "SIGTERM");
      await until(60_000, async () => !isRunning(old));
      const log = openSync(join(engine, "dockerd.log"), "a");
      const args = [
        "--data-root",
        join(engine, "data"),
        "--exec-root",
        join(engine, "exec"),
        "--pidfile",
        join(engine, "dockerd.pidfile"),
      ];
      const namespace = `--net=/proc/${readFileSync(join(engine, "namespace.pid"), "utf8").trim()}/ns/net`;
      spawn("nsenter", [namespace, "dockerd", ...args, "--host", socket], {
        detached: true,
        stdio: ["ignore", log, log],
      }).unref();
      await until(60_000, async () => ask("web") === "web-3000-mercury");
      await until(20_000, async () => JSON.stringify(states()) === JSON.stringify(before));
      expect(inside("docker", "inspect", "-f", "{{.State.FinishedAt}}", `${name}--mercury-job-1`)).toBe(finished);
      const { instances } = JSON.parse(cspace("list", "--json"));
      expect(instances[0].routes).toMatchObject([
        { label: "quiet", health: "down" },
        { label: "web", health: "up" },
      ]);
    });

    test("what slept sleeps, and wakes", async () => {
      cspace("sleep", "--quiet");
      expect(states()["web-1"]).toBe("exited");
      expect(ask("web")).toBe("web-3000-mercury");
      cspace("down", "--quiet");
    });
  },
);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
