import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { bin, createSandbox, docker, engineAnswers, get, prefix, removeLeftovers } from "./harness.ts";
import { dev, open, server, useHostMachine } from "./host-machine.ts";
import { hasScript } from "./private-machine.ts";

interface Document {
  readonly instance: {
    readonly state: string;
    readonly routes: readonly { readonly label: string; readonly health: string; readonly reason: string | null }[];
    readonly services: readonly { readonly service: string; readonly state: string; readonly reason: string | null }[];
  };
  readonly steps: readonly { readonly name: string; readonly status: string }[];
}

describe.skipIf(!engineAnswers)("stop, start and restart of containers (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const name = `${prefix}life`;
  let folder: string;
  let httpPort: number;
  const container = (service: string): string => `${name}--mercury-${service}-1`;
  const look = (format: string, ...services: string[]): string[] =>
    services.map((service) => docker("inspect", "-f", format, container(service)));
  const states = (): string[] => look("{{.State.Status}}", "db", "web", "job");
  const ids = (): string[] => look("{{.Id}}", "db", "web", "job");
  const run = (...args: string[]): Promise<Document> =>
    sandbox.json<Document & Record<string, unknown>>(folder, ...args);
  const answers = async (): Promise<number> => (await get(httpPort, `web.mercury.${name}.cspace.local`)).status;

  beforeAll(async () => {
    removeLeftovers();
    folder = sandbox.project(name, {
      "server.js": `require("http").createServer((q, s) => s.end("hi")).listen(3000)`,
      "compose.yaml": `services:
  db:
    image: busybox:1.37
    init: true
    command: sleep 6000
    healthcheck: { test: "true", interval: 0.2s }
  web:
    image: node:24
    init: true
    command: ["node", "/server.js"]
    volumes: ["./server.js:/server.js:ro"]
    ports: ["3000"]
    depends_on: { db: { condition: service_healthy } }
  job:
    image: busybox:1.37
    command: echo done
`,
    });
    await run("up", "mercury");
    httpPort = (await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status")).proxy.httpPort;
  });
  afterAll(sandbox.clean);

  test("stop ends all that runs, and nothing is gone; start brings it back as it was", async () => {
    const before = ids();
    const stopped = await run("stop");
    expect(stopped.instance.state).toBe("stopped");
    expect(stopped.steps).toMatchObject([{ name: "stop", status: "done" }]);
    expect(states()).toEqual(["exited", "exited", "exited"]);
    expect(await answers()).toBe(404);
    expect((await run("stop")).steps).toMatchObject([{ name: "stop", status: "unchanged" }]);
    const started = await run("start");
    expect(started.instance.state).toBe("running");
    expect(started.instance.routes).toMatchObject([{ label: "web", health: "up" }]);
    expect(ids()).toEqual(before);
    expect(await answers()).toBe(200);
  });

  test("one label or service is stopped, started and restarted by itself", async () => {
    const startedAt = (): string[] => look("{{.State.StartedAt}}", "db", "web");
    const [db, web] = startedAt();
    await run("stop", "web");
    expect(states()).toEqual(["running", "exited", "exited"]);
    const list = await sandbox.json<{ instances: Document["instance"][] }>(folder, "list");
    expect(list.instances[0]).toMatchObject({ state: "partial" });
    expect(list.instances[0]?.services.find(({ service }) => service === "web")).toMatchObject({
      state: "stopped",
      reason: "it was stopped",
    });
    const started = await run("start", "web");
    expect(started.instance.routes[0]?.health).toBe("up");
    expect(startedAt()[0]).toBe(db);
    await run("restart", "db");
    expect(startedAt()[0]).not.toBe(db);
    expect(startedAt()[1]).not.toBe(web);
    expect(states()).toEqual(["running", "running", "exited"]);
  });

  test("a restart starts nothing that has done its work", async () => {
    const [job] = look("{{.State.StartedAt}}", "job");
    const restarted = await run("restart");
    expect(restarted.instance.state).toBe("running");
    expect(look("{{.State.StartedAt}}", "job")).toEqual([job]);
  });

  test("what would be done is shown, and nothing is done", async () => {
    const { plan } = await sandbox.json<{ plan: { steps: { path: string; after: string }[] } }>(
      folder,
      "stop",
      "web",
      "--dry-run",
    );
    expect(plan.steps).toMatchObject([{ path: `docker:container/${name}--mercury/web`, after: "stopped\n" }]);
    expect(states()[1]).toBe("running");
  });

  test("a name that there is not is told, with those that there are", async () => {
    const { code, err } = await sandbox.cspace(folder, "stop", "webb");
    expect(code).toBe(2);
    expect(err).toContain("mercury has no route and no service webb");
    expect(err).toContain("did you mean web? there are: web, db, job");
    expect((await sandbox.cspace(folder, "start", "--instance", "venus")).code).toBe(2);
  });

  describe("exec", () => {
    const exec = (...args: string[]): ReturnType<typeof sandbox.cspace> => sandbox.cspace(folder, "exec", ...args);

    test("runs a command with its own options, in the container that serves the label, and gives its code", async () => {
      const code = "console.log([process.env.CSPACE_INSTANCE, ...process.argv.slice(1)].join())";
      const run = await exec("web", "node", "-e", code, "--", "--json", "-q");
      expect(run).toMatchObject({ code: 0, out: "mercury,--json,-q\n" });
      expect(await exec("db", "sh", "-c", "echo out; echo err >&2; exit 7")).toEqual({
        code: 7,
        out: "out\n",
        err: "err\n",
      });
    });

    test("hands on what comes in, and a shell is the default", async () => {
      const child = spawn(process.execPath, [bin, "exec", "db"], {
        cwd: folder,
        env: { ...process.env, CSPACE_HOME: sandbox.home },
      });
      let out = "";
      child.stdout.on("data", (chunk) => {
        out += chunk;
      });
      child.stdin.end("echo $CSPACE_INSTANCE; exit 4\n");
      expect([(await once(child, "close"))[0], out]).toEqual([4, "mercury\n"]);
    });

    test("passes signals on to what runs in the container", async () => {
      const script = "trap 'echo ended; exit 3' TERM; echo ready; while :; do sleep 0.1; done";
      const child = spawn(process.execPath, [bin, "exec", "db", "sh", "-c", script], {
        cwd: folder,
        env: { ...process.env, CSPACE_HOME: sandbox.home },
        stdio: ["ignore", "pipe", "inherit"],
      });
      let out = "";
      child.stdout.on("data", (chunk) => {
        out += chunk;
        if (String(chunk).includes("ready")) child.kill("SIGTERM");
      });
      expect((await once(child, "close"))[0]).toBe(3);
      expect(out).toBe("ready\nended\n");
      expect(docker("exec", container("db"), "ps")).not.toContain("trap");
    });

    test.skipIf(!hasScript)(
      "gives it a terminal of the same size where there is one (needs util-linux's script)",
      async () => {
        const line = `stty cols 101 rows 33; ${process.execPath} ${bin} exec web sh -c 'sleep 0.5; tty; stty size; exit 5'`;
        const child = spawn("script", ["-qec", line, "/dev/null"], {
          cwd: folder,
          env: { ...process.env, SHELL: "/bin/bash", CSPACE_HOME: sandbox.home },
        });
        let out = "";
        child.stdout.on("data", (chunk) => {
          out += chunk;
        });
        expect((await once(child, "close"))[0]).toBe(5);
        expect(out).toMatch(/\/dev\/pts\/\d+\r\n33 101\r\n/);
      },
    );

    test("says what does not run, and what there is not", async () => {
      expect(await exec("job", "true")).toMatchObject({
        code: 1,
        err: expect.stringContaining(
          "job of mercury does not run (CSPACE_ROUTE_DOWN)\nhint   start it: cspace start job",
        ),
      });
      expect((await exec("nope")).code).toBe(2);
      expect((await exec()).code).toBe(2);
    });
  });

  test("it works from another directory", async () => {
    const other = sandbox.project(`${name}-elsewhere`, { ".cspace.json": "{}" });
    const asked = ["--project", name, "--instance", "mercury"];
    await sandbox.json(other, "stop", "web", ...asked);
    expect(states()[1]).toBe("exited");
    await sandbox.json(other, "start", "web", ...asked);
    expect(states()[1]).toBe("running");
    const before = ids();
    await sandbox.json(other, "stop", ...asked);
    await sandbox.json(other, "start", ...asked);
    expect([ids(), states()]).toEqual([before, ["running", "running", "exited"]]);
  });
});

describe("stop, start and restart of processes", () => {
  const machine = useHostMachine();
  const files = {
    ...dev,
    ".cspace.json": JSON.stringify({
      processes: { dev: { command: "node server.mjs" }, api: { command: "node api.mjs" } },
    }),
    "api.mjs": server("api"),
  };
  const url = (label: string): string => `http://${label}.mercury.shop.cspace.localhost`;
  let port = "";
  const ask = (label: string): Promise<string> => open(`${url(label)}${port}/`);
  const pid = async (label: string): Promise<string | undefined> => (await ask(label)).split(" ").at(-1);
  afterEach(() => {
    port = "";
  });

  test("they end and come back on their ports, each by itself or all", async () => {
    const folder = machine.project("shop", files);
    await machine.json(folder, "up", "mercury", "--new");
    const { proxy } = await machine.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
    if (proxy.httpPort !== 80) port = `:${proxy.httpPort}`;
    const [devPid, apiPid] = [await pid("dev"), await pid("api")];

    const part = await machine.json<Document>(folder, "stop", "api");
    expect(part.instance.state).toBe("partial");
    expect(part.instance.routes).toMatchObject([
      { label: "api", health: "down", reason: "it was stopped" },
      { label: "dev", health: "up" },
    ]);
    expect(await ask("api")).toContain("api is down: it was stopped.");
    expect(await pid("dev")).toBe(devPid);

    const started = await machine.json<Document>(folder, "start", "api");
    expect(started.instance.routes).toMatchObject([{ health: "up" }, { health: "up" }]);
    expect(await pid("api")).not.toBe(apiPid);
    expect(await pid("dev")).toBe(devPid);

    const inside = machine.start(folder, "exec", "api", "sh", "-c", "echo $CSPACE_INSTANCE $PORT; pwd; exit 6");
    expect(await inside.ended).toBe(6);
    const { instance } = await machine.json<Document>(folder, "start", "api");
    const [api] = instance.routes as readonly { target?: { port: number } }[];
    expect(inside.text.out).toBe(`mercury ${api?.target?.port}\n${folder}\n`);

    await machine.json<Document>(folder, "restart", "dev");
    expect(await pid("dev")).not.toBe(devPid);
    const stopped = await machine.json<Document>(folder, "stop");
    expect(stopped).toMatchObject({ instance: { state: "stopped" }, steps: [{ name: "stop", status: "done" }] });
    expect((await machine.json<Document>(folder, "start")).instance.state).toBe("running");
    await machine.json(folder, "down");
  });
});
