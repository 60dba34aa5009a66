import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, get, httpService, removeLeftovers } from "./harness.ts";

interface Failure {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

interface Started {
  readonly instance: { readonly routes: readonly { readonly label: string; readonly health: string }[] };
  readonly steps: readonly { readonly name: string; readonly status: string }[];
}

const busybox = "image: busybox:1.37\n    init: true\n    stop_grace_period: 0s";
const healthcheck = (test: string, retries: number): string =>
  `healthcheck: { test: ["CMD-SHELL", "${test}"], interval: 100ms, timeout: 1s, retries: ${retries} }`;

describe.skipIf(!engineAnswers)("what becomes of the services of an instance (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  /** The identifier of every service's container. */
  function containers(project: string): Record<string, string> {
    const format = '{{.Label "com.docker.compose.service"}} {{.ID}}';
    const label = `label=com.docker.compose.project=${project}--mercury`;
    const lines = docker("ps", "-a", "--no-trunc", "--filter", label, "--format", format).split("\n");
    return Object.fromEntries(lines.filter(Boolean).map((line) => line.split(" ") as [string, string]));
  }

  const changed = (before: Record<string, string>, after: Record<string, string>): string[] =>
    Object.keys(after)
      .filter((service) => after[service] !== before[service])
      .sort();

  const state = (container: string | undefined): string =>
    docker("inspect", String(container), "--format", "{{.State.Status}}");

  test("a one-shot service runs once, before those that wait for it, and never again over later starts", async () => {
    const folder = sandbox.project("e2e-once", {
      "compose.yaml": `services:
${httpService("app", [3000], "    expose: [3000]\n    environment: { COLOUR: red }\n    volumes: [log:/log]\n    depends_on:\n      migrate: { condition: service_completed_successfully }")}
  db:
    ${busybox}
    command: ["sh", "-c", "sleep 1; touch /ready; sleep 1000"]
    ${healthcheck("test -f /ready", 100)}
  migrate:
    ${busybox}
    command: ["sh", "-c", "echo run >> /log/runs; date > /log/done"]
    volumes: [log:/log]
    depends_on:
      db: { condition: service_healthy }
  seed:
    ${busybox}
    restart: on-failure
    command: ["sh", "-c", "echo seed >> /log/seeds"]
    volumes: [log:/log]
  worker:
    ${busybox}
    command: sleep 1000
volumes:
  log: {}
`,
    });
    const runs = (): string =>
      docker("exec", containers("e2e-once").app as string, "cat", "/log/runs", "/log/seeds", "/log/done").replace(
        /\n[^\n]*:[^\n]*$/,
        "",
      );
    const together = await Promise.all([1, 2].map(() => sandbox.cspace(folder, "up", "--json")));
    expect(together.map(({ code, err }) => (code === 0 ? 0 : err))).toEqual([0, 0]);
    expect(runs()).toBe("run\nseed");

    const first = containers("e2e-once");
    const again = await sandbox.json<Started>(folder, "up");
    expect(again.steps.filter(({ status }) => status === "done").map(({ name }) => name)).toEqual(["verify"]);

    docker("kill", first.worker as string, first.app as string);
    await sandbox.json(folder, "up");
    expect(changed(first, containers("e2e-once"))).toEqual([]);
    expect([state(first.worker), state(first.app)]).toEqual(["running", "running"]);
    expect(runs()).toBe("run\nseed");

    const file = join(folder, "compose.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("COLOUR: red", "COLOUR: blue"));
    await sandbox.json(folder, "up");
    const second = containers("e2e-once");
    expect(changed(first, second)).toEqual(["app"]);
    expect(docker("exec", second.app as string, "sh", "-c", "echo $COLOUR")).toBe("blue");
    expect(runs()).toBe("run\nseed");

    await sandbox.json(folder, "up", "--recreate");
    expect(changed(second, containers("e2e-once"))).toEqual(["app", "db", "migrate", "seed", "worker"]);
    expect(runs()).toBe("run\nrun\nseed\nseed");
  });

  test("a service that never becomes healthy ends the wait: its last log lines, exit 1, the rest left running", async () => {
    const folder = sandbox.project("e2e-sick", {
      "compose.yaml": `services:
${httpService("app", [3000], "    expose: [3000]")}
  sick:
    ${busybox}
    command: ["sh", "-c", "echo the disk is full; sleep 1000"]
    ${healthcheck("exit 1", 1000)}
  late:
    ${busybox}
    command: sleep 1000
    depends_on:
      sick: { condition: service_healthy }
`,
    });
    const begin = Date.now();
    const refused = await sandbox.cspace(folder, "up", "--wait", "1", "--json");
    expect(Date.now() - begin).toBeLessThan(10_000);
    expect(refused.code).toBe(1);
    const { error } = JSON.parse(refused.out) as Failure;
    expect(error.code).toBe("CSPACE_WAIT_TIMEOUT");
    expect(error.message).toMatch(
      /^the service sick is still not healthy after 1 s: its health check \(.+\) .+\Wthe end of its log:\n {2}the disk is full$/s,
    );
    const { app, sick, late } = containers("e2e-sick");
    expect([app, sick, late].map(state)).toEqual(["running", "running", "created"]);
    const port = await httpPort(folder);
    expect((await get(port, "app.mercury.e2e-sick.cspace.local")).status).toBe(200);

    // A start that begins while `sick` runs already does not let `late` slip past it.
    expect((await sandbox.cspace(folder, "up", "--wait", "1")).code).toBe(1);
    expect(state(containers("e2e-sick").late)).toBe("created");

    const file = join(folder, "compose.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("retries: 1000", "retries: 1"));
    const unhealthy = await sandbox.cspace(folder, "up");
    expect(unhealthy.code).toBe(1);
    expect(unhealthy.err).toMatch(
      /error {2}the service sick is unhealthy: its health check \(exit 1\) exited with code 1 and printed nothing; the end of its log \(CSPACE_CONTAINER_FAILED\):\n\s+the disk is full\n/,
    );
    expect(containers("e2e-sick").app).toBe(app);
  });

  test("a service that exits with a failure is named with its code and its last lines, also when others wait for it", async () => {
    const folder = sandbox.project("e2e-exits", {
      "compose.yaml": `services:
${httpService("app", [3000], "    expose: [3000]\n    depends_on:\n      migrate: { condition: service_completed_successfully }")}
${httpService("free", [3000], "    expose: [3000]")}
  migrate:
    ${busybox}
    command: ["sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $$i; done; exit 3"]
`,
    });
    const refused = await sandbox.cspace(folder, "up", "--json");
    expect(refused.code).toBe(1);
    const { error } = JSON.parse(refused.out) as Failure;
    expect(error.code).toBe("CSPACE_CONTAINER_FAILED");
    expect(error.message).toMatch(/^the service migrate exited with code 3; the end of its log:\n {2}line 3\n/);
    expect(error.message).toMatch(/\n {2}line 12$/);
    const { app, free } = containers("e2e-exits");
    expect([app, free].map(state)).toEqual(["created", "running"]);

    const file = join(folder, "compose.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("exit 3", "exit 0"));
    await sandbox.json(folder, "up");
    expect(changed({ app: String(app), free: String(free) }, containers("e2e-exits"))).toEqual(["migrate"]);
  });

  test("a command that does not exist is Compose's own words", async () => {
    const folder = sandbox.project("e2e-nothing", {
      "compose.yaml": "services: { app: { image: busybox:1.37, command: no-such-command } }",
    });
    const refused = await sandbox.cspace(folder, "up");
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/no-such-command.*\(CSPACE_COMPOSE_FAILED\)/s);
  });

  test("a route on which nothing listens is a warning, and `--no-wait` waits for none", async () => {
    const folder = sandbox.project("e2e-silent", {
      "compose.yaml": `services:
  app:
    ${busybox}
    command: sleep 1000
    expose: [3000]
    ${healthcheck("sleep 0.5", 100)}
`,
    });
    const begin = Date.now();
    const early = await sandbox.json<Started>(folder, "up", "--no-wait");
    // A route that does not answer is given ten seconds where `up` waits.
    expect(Date.now() - begin).toBeLessThan(9000);
    expect(early.instance.routes).toMatchObject([{ label: "app", health: "starting" }]);
    expect(early.steps).toContainEqual(expect.objectContaining({ name: "wait", status: "skipped" }));

    const run = await sandbox.cspace(folder, "up", "--json");
    expect(run.code).toBe(0);
    expect(run.err).toMatch(/warn.*app is starting: nothing listens on port 3000 in its container yet/);
    expect((JSON.parse(run.out) as Started).instance.routes).toMatchObject([{ label: "app", health: "starting" }]);
  });

  test("`--build` makes only those containers anew whose image changed", async () => {
    const service = (name: string): string =>
      `  ${name}:\n    build: { dockerfile: ${name}.Dockerfile }\n    init: true\n    stop_grace_period: 0s\n    command: sleep 1000\n`;
    const folder = sandbox.project("e2e-build", {
      "compose.yaml": `services:\n${service("one")}${service("two")}`,
      "one.Dockerfile": "FROM busybox:1.37\nENV WORD=first\n",
      "two.Dockerfile": "FROM busybox:1.37\nENV WORD=second\n",
    });
    await sandbox.json(folder, "up");
    const before = containers("e2e-build");
    writeFileSync(join(folder, "one.Dockerfile"), "FROM busybox:1.37\nENV WORD=third\n");
    await sandbox.json(folder, "up");
    expect(changed(before, containers("e2e-build"))).toEqual([]);
    await sandbox.json(folder, "up", "--build");
    const after = containers("e2e-build");
    expect(changed(before, after)).toEqual(["one"]);
    expect(docker("exec", after.one as string, "sh", "-c", "echo $WORD")).toBe("third");
  });

  async function httpPort(folder: string): Promise<number> {
    return (await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status")).proxy.httpPort;
  }
});
