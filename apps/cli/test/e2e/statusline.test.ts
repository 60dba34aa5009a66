import { mkdirSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { buildInstanceLabels, buildLabels } from "@cspace/labels";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createSandbox, docker, engineAnswers, get, prefix, removeLeftovers, until } from "./harness.ts";
import { kinds, kindsOf, type Place, prove, readPrinted, runStatus } from "./printed-urls.ts";
import { canHideEtc, createPrivateMachine } from "./private-machine.ts";
import { hangDocker } from "./servers.ts";

const name = `${prefix}status`;
const hostname = (label: string): string => `${label}.mercury.${name}.cspace.localhost`;

/** A service that writes a line for every request, and one for every connection. */
const logging = `require("http").createServer((from, to) => {
  console.log("asked " + from.headers["user-agent"]); to.end("hello");
}).on("connection", () => console.log("connected")).listen(3000)`;

const service = (script: string, more: object = {}): object => ({
  image: "node:24",
  init: true,
  stop_grace_period: "0s",
  expose: ["3000"],
  ports: ["3000"],
  command: ["node", "-e", script],
  ...more,
});

describe.skipIf(!canHideEtc || !engineAnswers)(
  "cspace statusline (needs root, an /etc of its own, and the engine)",
  () => {
    const sandbox = createSandbox();
    const machine = createPrivateMachine(sandbox, { dnsmasq: false });
    const check = { test: ["CMD", "node", "-e", "process.exit(1)"], interval: "500ms", retries: 1 };
    const services = {
      deaf: service("setInterval(() => {}, 1000)"),
      sick: service(logging, { healthcheck: check }),
      web: service(logging),
    };
    const folder = sandbox.project(name, { "compose.yaml": JSON.stringify({ services }) });
    const place: Place = { machine, folder };
    const container = (label: string): string => `${name}--mercury-${label}-1`;
    const logOf = (label: string): string => docker("logs", container(label));
    let port = 0;

    /** On a busy machine its deadline is soon over, and what it did not learn by then it cannot tell: it is asked again. */
    const expectLine = async (text: string, here: Place = place): Promise<void> => {
      let { line } = await runStatus(here);
      for (let attempt = 1; line !== text && attempt < 10; attempt += 1) ({ line } = await runStatus(here));
      expect(line).toBe(text);
    };
    const nameUrl = (label: string): string => `<http://${hostname(label)}${port === 80 ? "" : `:${port}`}>`;
    const portUrl = (label: string): string =>
      `${label} <http://localhost:${docker("port", container(label), "3000/tcp").split(":").at(-1)}>`;

    beforeAll(async () => {
      removeLeftovers();
      // One is unhealthy, so nobody waits for it.
      await machine.json(folder, "up", "mercury", "--no-wait");
      port = (await machine.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status")).proxy.httpPort;
      await until(10_000, async () => (await get(port, hostname("web"))).status === 200);
      await until(10_000, async () =>
        /unhealthy/.test(docker("inspect", "--format", "{{.State.Health.Status}}", container("sick"))),
      );
      await until(10_000, async () => (await get(port, hostname("deaf"))).status === 502);
      // Traefik's way to what the daemon says of it: a daemon ends with the command that has started it, on this machine.
      await until(10_000, async () => (await get(port, hostname("sick"))).status === 502);
    });
    afterAll(() => sandbox.clean());

    test("hostnames while the proxy serves them, and Docker's port of what it does not serve", async () => {
      await expectLine(["mercury", nameUrl("deaf"), portUrl("sick"), nameUrl("web")].join("  "));
    });

    test("no request and no connection reaches a service", async () => {
      expect((await get(port, hostname("web"))).body).toBe("hello");
      await until(5000, async () => logOf("web").includes("asked"));
      const before = [logOf("web"), logOf("sick")];
      const shown = ["mercury", nameUrl("deaf"), portUrl("sick"), nameUrl("web")].join("  ");
      for (let run = 0; run < 5; run += 1) await expectLine(shown);
      // A request after them comes into the log after theirs would have.
      expect((await get(port, hostname("web"))).body).toBe("hello");
      await until(5000, async () => logOf("web") !== before[0]);
      const added = logOf("web")
        .slice((before[0] as string).length)
        .trim()
        .split("\n");
      expect(added.filter((line) => line !== "connected")).toEqual(["asked undefined"]);
      expect(added.length).toBeLessThanOrEqual(2);
      expect(logOf("sick")).toBe(before[1]);
    });

    test("the proxy's own refusal carries the mark of a route, also of one whose service is not there", async () => {
      expect(await refuse(port, hostname("web"))).toEqual({ status: 500, mark: `web--mercury--${name}` });
      expect(await refuse(port, hostname("deaf"))).toEqual({ status: 500, mark: `deaf--mercury--${name}` });
      // What stands in for one that Docker calls unhealthy, and for any other name, is no route.
      expect(await refuse(port, hostname("sick"))).toEqual({ status: 500, mark: undefined });
      expect(await refuse(port, hostname("unknown"))).toEqual({ status: 500, mark: undefined });
      docker("pause", container("web"));
      onTestFinished(() => void docker("unpause", container("web")));
      expect(await refuse(port, hostname("web"))).toEqual({ status: 500, mark: `web--mercury--${name}` });
    });

    test("Docker's ports while the proxy is down, and the hostnames when it is up again", async () => {
      await machine.json(folder, "proxy", "down");
      const ports = ["deaf", "sick", "web"].map(portUrl);
      await expectLine(["mercury", ...ports].join("  "));
      await machine.json(folder, "proxy", "up");
      await until(10_000, async () => (await get(port, hostname("web"))).status === 200);
      await expectLine(["mercury", nameUrl("deaf"), portUrl("sick"), nameUrl("web")].join("  "));
    });

    /** That it takes no longer than its deadline beside Node's own start, and what a busy machine adds. */
    const expectInTime = async (here: Place): Promise<void> => {
      const deadlineMs = 150;
      const allowanceMs = 400;
      const time = async (): Promise<number> => {
        const begin = performance.now();
        await machine.start(["-e", "0"], { cwd: "/", bare: true }).ended;
        return performance.now() - begin;
      };
      for (let run = 0; run < 3; run += 1) {
        const start = Math.max(await time(), await time());
        expect((await runStatus(here)).ms).toBeLessThan(start + deadlineMs + allowanceMs);
      }
    };

    test("it takes no longer than its deadline, whatever is down", async () => {
      const silent = { ...place, env: { DOCKER_HOST: await hangDocker() } };
      await expectInTime(place);
      await expectInTime(silent);
      docker("pause", "cspace-proxy");
      onTestFinished(() => void docker("unpause", "cspace-proxy"));
      await expectInTime(place);
      await expectInTime(silent);
      await expectLine("cspace: Docker does not answer", silent);
    });

    test("nothing but a hint where nothing runs, and nothing at all elsewhere", async () => {
      docker("stop", "-t", "0", ...["deaf", "sick", "web"].map(container));
      onTestFinished(async () => void (await machine.json(folder, "up", "mercury", "--no-wait")));
      await expectLine("cspace: mercury is not running: cspace up mercury");
      const empty = sandbox.project(`${name}-empty`, { "compose.yaml": "services: {}" });
      await expectLine("cspace: no instance here yet: cspace up", { ...place, folder: empty });
      mkdirSync(join(sandbox.root, "elsewhere/.git"), { recursive: true });
      await expectLine("", { ...place, folder: join(sandbox.root, "elsewhere") });
    });

    describe("thirty instances", () => {
      const many = `${prefix}many`;
      const instances = Array.from({ length: 30 }, (_, index) => `i${String(index).padStart(2, "0")}`);
      const directory = sandbox.project(many, { ".cspace.json": "{}" });

      /** Containers with the labels that `up` gives them, on the network that the proxy is in. */
      beforeAll(() => {
        docker("network", "create", "--subnet", "10.213.255.0/26", `cspace-${many}`);
        docker("network", "connect", `cspace-${many}`, "cspace-proxy");
        for (const instance of instances) {
          const names = { project: many, instance };
          const labels = {
            ...buildInstanceLabels({ ...names, directory }),
            ...buildLabels([{ ...names, label: "web", port: 3000 }]),
          };
          docker(
            ...["run", "-d", "--init", "--name", `${many}-${instance}`, "--network", `cspace-${many}`],
            ...[
              "-p",
              "127.0.0.1::3000",
              ...Object.entries(labels).flatMap(([key, value]) => ["-l", `${key}=${value}`]),
            ],
            ...["busybox:1.37", "sh", "-c"],
            `mkdir /www; echo web-${instance} > /www/index.html; exec httpd -f -p 3000 -h /www`,
          );
        }
      });
      afterEach(() => void docker("start", "cspace-proxy"));

      test("each URL of each of them is served, with the proxy up and with it down", async () => {
        const here = { machine, folder: directory };
        const last = `web.${instances.at(-1)}.${many}.cspace.localhost`;
        await until(10_000, async () => (await get(port, last)).status === 200);
        const served = await readPrinted(here, instances, ["web"]);
        await prove(here, served);
        await expectInTime(here);
        docker("stop", "-t", "0", "cspace-proxy");
        const direct = await readPrinted(here, instances, ["web"]);
        await prove(here, direct);
        await expectInTime(here);
        for (const instance of instances) {
          expect(kindsOf(served, instance, "web")).toEqual(kinds("localhost", "cspace.localhost"));
          expect(kindsOf(direct, instance, "web")).toEqual(kinds("localhost", "localhost"));
        }
        for (const printed of [served, direct]) {
          const inStatus = printed.filter(({ by }) => by === "statusline").map(({ instance }) => instance);
          expect(inStatus).toEqual(instances.slice(0, 4));
        }
      });
    });
  },
);

/** Asks the proxy as a status line does: for an upgrade to what is no protocol. */
function refuse(port: number, host: string): Promise<{ status: number; mark: unknown }> {
  return new Promise((done, fail) => {
    const headers = { host, connection: "Upgrade", upgrade: "\u00a7" };
    const sent = request({ host: "127.0.0.1", port, headers, agent: false, timeout: 5000 }, (response) => {
      response.resume();
      done({ status: response.statusCode ?? 0, mark: response.headers["x-cspace-route"] });
    });
    sent.once("timeout", () => sent.destroy(new Error("no answer in 5 s")));
    sent.once("error", fail);
    sent.end();
  });
}
