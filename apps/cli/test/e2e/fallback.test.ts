import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { isDeepStrictEqual, promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { askDaemon } from "./ask-daemon.ts";
import { createSandbox, docker, engineAnswers, get, prefix, removeLeftovers, until } from "./harness.ts";
import {
  type Kinds,
  kinds,
  kindsOf,
  type Place,
  type Printed,
  prove,
  readPrinted,
  requestPrinted,
  runStatus,
} from "./printed-urls.ts";
import { canHideEtc, createPrivateMachine } from "./private-machine.ts";
import { hangDocker, listen } from "./servers.ts";

const name = `${prefix}fallback`;
const labels = ["api", "web"];
const instances = ["mercury", "venus"];

interface Started {
  readonly instance: {
    readonly routes: readonly { readonly label: string; readonly url: string; readonly browserUrl: string }[];
  };
}

/** A service that answers with its label and its instance; with a file in its root it ends, with another it is slow. */
const serve = (label: string): unknown => ({
  image: "node:24",
  init: true,
  stop_grace_period: "0s",
  restart: "always",
  ports: ["3000"],
  command: [
    "node",
    "-e",
    `const { existsSync } = require("fs");
    if (existsSync("/broken")) process.exit(3);
    const answer = (to) => to.end("${label}-" + process.env.CSPACE_INSTANCE);
    const { createServer } = require("http");
    createServer((_, to) => void setTimeout(answer, existsSync("/slow") ? 3000 : 0, to)).listen(3000)`,
  ],
});

const localhost = kinds("localhost", "localhost");
const nowhere = kinds("none", "none", { port: "none" });

describe.skipIf(!canHideEtc || !engineAnswers)(
  "every URL that is printed is served, whatever is down (needs root, an /etc of its own, and the engine)",
  () => {
    const sandbox = createSandbox();
    const machine = createPrivateMachine(sandbox, { dnsmasq: false });
    const services = { api: serve("api"), web: serve("web") };
    const folder = sandbox.project(name, { "compose.yaml": JSON.stringify({ services }) });
    const place: Place = { machine, folder };
    const container = (instance: string, label: string): string => `${name}--${instance}-${label}-1`;
    let port = 0;

    /** Names that the system finds, as a rule of its resolver would make it find them. */
    const findNames = (found: boolean): void => {
      const all = instances.flatMap((instance) => labels.map((label) => `${label}.${instance}.${name}.cspace.local`));
      writeFileSync(join(machine.etc, "hosts"), `127.0.0.1 localhost${found ? ` ${all.join(" ")}` : ""}\n`);
    };

    /** Runs everything that prints URLs, proves what it printed, and gives it by instance and label. */
    const proveAll = async (here: Place = place): Promise<Record<string, Kinds>> => {
      const printed = await readPrinted(here, instances, labels);
      await prove(here, printed);
      return Object.fromEntries(
        instances.flatMap((instance) =>
          labels.map((label) => [`${label} of ${instance}`, kindsOf(printed, instance, label)]),
        ),
      );
    };
    const all = (one: Kinds, change: Readonly<Record<string, Kinds>> = {}): Record<string, Kinds> => ({
      ...Object.fromEntries(instances.flatMap((instance) => labels.map((label) => [`${label} of ${instance}`, one]))),
      ...change,
    });
    const proxied = (found: boolean, change: Partial<Kinds> = {}): Kinds =>
      found ? kinds("cspace.local", "cspace.local", change) : kinds("localhost", "cspace.localhost", change);

    /** Brings everything up again, and waits until the proxy serves it. */
    const restore = async (): Promise<void> => {
      for (const instance of instances) await machine.json(folder, "up", instance);
      port = await readPort();
    };
    /** On a busy machine the status line's deadline is soon over: it is asked again. */
    const saysSilence = (place: Parameters<typeof runStatus>[0]): Promise<void> =>
      until(10_000, async () => (await runStatus(place)).line === "cspace: Docker does not answer");
    const readPort = async (): Promise<number> =>
      (await machine.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status")).proxy.httpPort;

    /** Proves the URLs that `up` prints. */
    const proveUp = async (): Promise<void> => {
      for (const instance of instances) {
        const { routes } = (await machine.json<Started>(folder, "up", instance)).instance;
        expect(routes.map(({ label }) => label)).toEqual(labels);
        const printed = routes.flatMap(({ label, url, browserUrl }): Printed[] => [
          { by: "url", instance, label, url, reason: "" },
          { by: "open", instance, label, url: browserUrl, reason: "" },
        ]);
        await prove(place, printed);
      }
    };

    beforeAll(async () => {
      removeLeftovers();
      await restore();
    });
    afterAll(() => sandbox.clean());

    describe.each([
      ["with a rule for the names", true],
      ["without a rule for the names", false],
    ])("%s", (_, found) => {
      beforeAll(() => findNames(found));

      test("the proxy is up", async () => {
        await proveUp();
        expect(await proveAll()).toEqual(all(proxied(found)));
      });

      test.each([
        ["stopped", ["stop", "-t", "0"], ["start"]],
        ["paused, so that it accepts and never answers", ["pause"], ["unpause"]],
      ])("the proxy is %s", async (_, [...down], [...up]) => {
        docker(...down, "cspace-proxy");
        onTestFinished(async () => {
          docker(...up, "cspace-proxy");
          await restore();
        });
        expect(await proveAll()).toEqual(all(localhost));
      });

      test("the proxy is down, and another server answers 200 to everything on its port", async () => {
        await machine.json(folder, "proxy", "down");
        onTestFinished(async () => {
          await machine.json(folder, "proxy", "up", "--http-port", "auto");
          await restore();
        });
        expect(await proveAll()).toEqual(all(localhost));
        const other = createServer((_, response) => response.end("another server"));
        await listen(other, port);
        expect((await get(port, `web.mercury.${name}.cspace.local`)).body).toBe("another server");
        expect(await proveAll()).toEqual(all(localhost));
        await proveUp();
        const moved = await readPort();
        expect(moved).not.toBe(port);
        port = moved;
        expect(await proveAll()).toEqual(all(proxied(found)));
      });

      test("a container is stopped", async () => {
        docker("stop", "-t", "0", container("mercury", "web"));
        onTestFinished(restore);
        expect(await proveAll()).toEqual(all(proxied(found), { "web of mercury": nowhere }));
        docker("stop", "-t", "0", container("mercury", "api"));
        const down = { "web of mercury": nowhere, "api of mercury": nowhere };
        expect(await proveAll()).toEqual(all(proxied(found), down));
      });

      test("a service takes longer to answer than any command waits", async () => {
        const slow = (script: string): string => docker("exec", container("mercury", "web"), "node", "-e", script);
        slow(`fs.writeFileSync("/slow", "")`);
        onTestFinished(() => void slow(`fs.rmSync("/slow")`));
        expect(await proveAll()).toEqual(all(proxied(found)));
      });

      test("the daemon accepts and never answers: what Docker knows counts", async () => {
        const run = join(sandbox.home, "run");
        mkdirSync(run, { recursive: true });
        await askDaemon(sandbox.home, "POST", "/stop");
        await until(10_000, async () => (await askDaemon(sandbox.home, "GET", "/status")) === undefined);
        rmSync(join(run, "daemon.sock"), { force: true });
        await listen(createTcpServer(), join(run, "daemon.sock"));
        expect(await proveAll()).toEqual(all(proxied(found)));
      });

      test("Docker accepts and never answers: what the proxy says itself is left", async () => {
        const env = { DOCKER_HOST: await hangDocker() };
        // Only what was started from this home is known, and `list` asks for more than that.
        const silent = { listUrl: "none", listBrowserUrl: "none", port: "none" };
        const told = proxied(found, { ...silent, ...(found ? {} : { program: "none" }) });
        // Little time is left beside a wait for Docker: on a busy machine it may be too short, and words say so.
        let seen = await proveAll({ ...place, env });
        for (let attempt = 1; attempt < 4 && !isDeepStrictEqual(seen, all(told)); attempt += 1)
          seen = await proveAll({ ...place, env });
        expect(seen).toEqual(all(told));
      });
    });

    describe("without a rule for the names", () => {
      beforeAll(() => findNames(false));

      test("Docker accepts and never answers, and the proxy is stopped, or not, but nobody noted the instance", async () => {
        const unknown = { DOCKER_HOST: await hangDocker(), CSPACE_HOME: join(sandbox.root, "other-home") };
        expect(await proveAll({ ...place, env: unknown })).toEqual(all(nowhere));
        await saysSilence({ ...place, env: unknown });
        docker("stop", "-t", "0", "cspace-proxy");
        onTestFinished(restore);
        const env = { DOCKER_HOST: unknown.DOCKER_HOST };
        expect(await proveAll({ ...place, env })).toEqual(all(nowhere));
        await saysSilence({ ...place, env });
      });

      test("commands end within two seconds beside their start, though Docker hangs", async () => {
        const env = { DOCKER_HOST: await hangDocker() };
        const time = async (args: readonly string[], bare = false): Promise<number> => {
          const begin = performance.now();
          await machine.start(args, { cwd: folder, env, bare }).ended;
          return performance.now() - begin;
        };
        const start = Math.max(await time(["-e", "0"], true), await time(["-e", "0"], true));
        // The command line itself takes a few times as long to start as Node does.
        const most = 2000 + 4 * start + 400;
        const commands = [["url", "web"], ["open", "web"], ["env"], ["ports"], ["list"]];
        for (const command of commands) {
          const args = [...command, ...(command[0] === "list" ? [] : ["--instance", "mercury"])];
          // A busy machine only adds to it.
          let took = await time(args);
          for (let tries = 1; tries < 3 && took >= most; tries += 1) took = Math.min(took, await time(args));
          expect([command, took]).toEqual([command, expect.toSatisfy((ms) => ms < most)]);
        }
      });

      test("a container is restarted in the middle", async () => {
        const restarted = container("mercury", "web");
        const published = (): string =>
          `http://${docker("port", restarted, "3000/tcp").replace("127.0.0.1", "localhost")}`;
        for (let round = 0; round < 3; round += 1) {
          const before = published();
          let running = true;
          const restart = promisify(execFile)("docker", ["restart", "-t", "0", restarted]).finally(() => {
            running = false;
          });
          const during: Printed[] = [];
          while (running) during.push(...(await readPrinted(place, ["mercury"], ["web"])));
          await restart;
          const hostUrl = `http://web.mercury.${name}.cspace.localhost${port === 80 ? "" : `:${port}`}`;
          const possible = [before, published(), hostUrl];
          for (const { by, url, reason } of during) {
            expect(url ?? reason, by).toSatisfy((text) => (url === null ? /\S/.test(text) : possible.includes(text)));
          }
          await until(5000, async () => (await get(port, new URL(hostUrl).host)).body === "web-mercury");
          expect(await proveAll()).toEqual(all(proxied(false)));
        }
      });

      test("a container that ends whenever it starts", async () => {
        const broken = container("venus", "web");
        onTestFinished(async () => void (await machine.json(folder, "up", "venus", "--recreate")));
        const end = `require("fs").writeFileSync("/broken", ""); process.kill(1)`;
        docker("exec", "-d", broken, "node", "-e", end);
        await until(5000, async () => docker("inspect", "--format", "{{.State.Restarting}}", broken) === "true");
        for (let round = 0; round < 3; round += 1) {
          const printed = await readPrinted(place, instances, labels);
          const isBroken = ({ instance, label }: Printed): boolean => instance === "venus" && label === "web";
          await prove(
            place,
            printed.filter((one) => !isBroken(one)),
          );
          for (const one of printed.filter(isBroken)) {
            expect(one.health ?? "down", one.by).not.toBe("up");
            if (one.url === null) expect(one.reason).toMatch(/\S/);
            // It was there a moment ago: whatever is there now is no other instance.
            else expect(await requestPrinted(place, one).catch(() => "nobody")).not.toMatch(/mercury|api/);
          }
        }
      });
    });
  },
);
