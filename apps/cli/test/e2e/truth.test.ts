import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, get, httpService, removeLeftovers, until } from "./harness.ts";

interface Listed {
  readonly instances: readonly {
    readonly state: string;
    readonly routes: readonly {
      label: string;
      health: string;
      via: string;
      url: string | null;
      reason: string | null;
    }[];
    readonly services: readonly { service: string; state: string; reason: string | null }[];
  }[];
}

const busybox = (command: string, extra = ""): string =>
  `    image: busybox:1.37\n    init: true\n    stop_grace_period: 0s\n    command: ["sh", "-c", ${JSON.stringify(command)}]\n${extra}`;
const serve = (address: string): string => `mkdir /www; echo ok > /www/index.html; httpd -f -p ${address} -h /www`;

describe.skipIf(!engineAnswers)("list tells what is wrong, and why (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  test("a route that nothing serves is explained by what listens in its container, and does not outlast --wait", async () => {
    const folder = sandbox.project("e2e-silent", {
      "compose.yaml": `services:
${httpService("good", [3000], '    ports: ["3000"]')}
  lo:
${busybox(serve("127.0.0.1:3000"), '    ports: ["3000"]\n')}
  wrong:
${busybox(serve("4000"), '    ports: ["3000"]\n')}
  worker:
${busybox("sleep 1000")}
`,
    });
    await sandbox.json(folder, "proxy", "up");
    const begin = Date.now();
    const up = await sandbox.cspace(folder, "up", "--wait", "4");
    // Four seconds of waiting, and what comes before and behind it.
    expect(Date.now() - begin).toBeLessThan(9000);
    expect(up.code).toBe(0);
    expect(up.err).toContain("lo is starting: it listens on 127.0.0.1:3000 inside its container; make it 0.0.0.0");
    const { instances } = await sandbox.json<Listed>(folder, "list");
    expect(instances[0]?.routes).toMatchObject([
      { label: "good", health: "up" },
      { label: "lo", reason: "it listens on 127.0.0.1:3000 inside its container; make it 0.0.0.0" },
      { label: "wrong", reason: "nothing listens on port 3000 in its container; it listens on 4000" },
    ]);
    expect((await sandbox.cspace(folder, "list")).out).toMatch(/^ {2}worker +- +no port +up$/m);
  });

  test("unhealthy is not up; services that have failed are named, with or without a port", async () => {
    const folder = sandbox.project("e2e-sick", {
      "compose.yaml": `services:
  sick:
${busybox(serve("3000"), '    ports: ["3000"]\n    healthcheck: { test: ["CMD-SHELL", "echo no database; exit 3"], interval: 1s, retries: 1 }\n')}
  worker:
${busybox("sleep 2; exit 4")}
  crash:
${busybox("sleep 2; exit 3", "    restart: always\n")}
  job:
${busybox("exit 0")}
`,
    });
    await sandbox.cspace(folder, "up", "--no-wait");
    const list = async () => (await sandbox.json<Listed>(folder, "list")).instances[0];
    await until(20_000, async () => {
      const states = (await list())?.services.map(({ service, state }) => `${service} ${state}`).join(", ");
      return states === "crash failed, job ended, sick unhealthy, worker failed";
    });
    const listed = await list();
    expect(listed?.state).toBe("partial");
    // Traefik serves no container that is unhealthy; the port does.
    expect(listed?.routes).toMatchObject([
      {
        health: "down",
        via: "port",
        reason: "its health check fails",
        url: expect.stringContaining("http://localhost:"),
      },
    ]);
    await until(20_000, async () => {
      const { out } = await sandbox.cspace(folder, "list");
      expect(out).toMatch(/^ {2}worker +- +no port +failed {2}exited with code 4$/m);
      return out.includes("failed  keeps exiting with code 3, and is restarted");
    });

    const up = await sandbox.cspace(folder, "up");
    expect(up.code).toBe(1);
    docker("rm", "-f", "e2e-sick--mercury-crash-1", "e2e-sick--mercury-worker-1");
  });

  test("the error of up names the health check that fails, and what it printed", async () => {
    const folder = sandbox.project("e2e-check", {
      "compose.yaml": `services:
  sick:
${busybox(serve("3000"), '    ports: ["3000"]\n    healthcheck: { test: ["CMD-SHELL", "echo no database; exit 3"], interval: 1s, retries: 1 }\n')}
`,
    });
    const failed = await sandbox.cspace(folder, "up");
    expect(failed.code).toBe(1);
    expect(failed.err).toContain(
      "the service sick is unhealthy: its health check (echo no database; exit 3) exited with code 3 and printed (",
    );
    expect(failed.err).toMatch(/^ +no database$/m);
  });

  test("an instance that was stopped says so for each route", async () => {
    const folder = sandbox.project("e2e-stopped", {
      "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]')}`,
    });
    await sandbox.json(folder, "up");
    docker("stop", "-t", "0", "e2e-stopped--mercury-web-1");
    const { instances } = await sandbox.json<Listed>(folder, "list");
    expect(instances[0]).toMatchObject({ state: "stopped", routes: [{ health: "down", url: null }] });
    expect(instances[0]?.routes[0]?.reason).toMatch(/^(it was stopped|exited with code 137)$/);
  });

  test("while a health check has not passed, the hostname answers with how it is, and not as a route that is served", async () => {
    const check = "if [ -e /ok ]; then exit 0; fi; echo no database; exit 3";
    const folder = sandbox.project("e2e-waiting", {
      "compose.yaml": `services:
  sick:
${busybox(`echo begins; ${serve("3000")}`, `    ports: ["3000"]\n    healthcheck: { test: ["CMD-SHELL", ${JSON.stringify(check)}], interval: 1s, retries: 1 }\n`)}
`,
    });
    await sandbox.cspace(folder, "up", "--no-wait");
    const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
    const hostname = "sick.mercury.e2e-waiting.cspace.localhost";
    await until(15_000, async () => (await get(proxy.httpPort, hostname)).body.includes("printed:"));
    const page = await get(proxy.httpPort, hostname);
    expect(page).toMatchObject({ status: 503, route: undefined });
    expect(page.body).toContain("sick is not served yet: ");
    expect(page.body).toContain("exited with code 3 and printed:");
    expect(page.body).toContain("begins");
    const { url } = (await sandbox.json<Listed>(folder, "list")).instances[0]?.routes[0] ?? {};
    expect((await sandbox.cspace(folder, "url", "sick")).out.trim()).toBe(url);
    expect(url).toMatch(/^http:\/\/localhost:/);
    docker("exec", "e2e-waiting--mercury-sick-1", "touch", "/ok");
    await until(15_000, async () => (await get(proxy.httpPort, hostname)).body === "ok");
    await sandbox.json(folder, "down");
  });
});
