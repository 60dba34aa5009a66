import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Instance, InstanceDocument } from "@cspace/instances";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { askDaemon } from "./ask-daemon.ts";
import { browsers } from "./browsers.ts";
import { createSandbox, docker, engineAnswers, get, prefix, removeLeftovers, until } from "./harness.ts";
import { dev, open, server, useHostMachine } from "./host-machine.ts";
import { isAlive } from "./processes.ts";
import { pem, schemeServer, schemeService } from "./scheme-services.ts";

describe.skipIf(!engineAnswers)("what is woken (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  let port: number;
  const start = async (folder: string): Promise<void> => {
    await sandbox.json(folder, "up", "mercury");
    port = (await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status")).proxy.httpPort;
  };
  beforeAll(removeLeftovers);
  afterAll(async () => {
    await askDaemon(sandbox.home, "POST", "/stop");
    await sandbox.clean();
  });

  test("services that speak TLS or HTTP/2 are asked by way of the proxy, once they are there", async () => {
    const name = `${prefix}wake-schemes`;
    const folder = sandbox.project(name, {
      "server.mjs": schemeServer,
      ...pem,
      "compose.yaml": `services:\n${schemeService("tls", "tls", 8443)}${schemeService("h2c", "h2c", 8050)}${schemeService("plain", "http", 3000)}`,
    });
    await start(folder);
    await sandbox.json(folder, "sleep");
    const bodies = ["tls", "h2c", "plain"].map((one) => get(port, `${one}.mercury.${name}.cspace.localhost`));
    expect((await Promise.all(bodies)).map(({ body }) => body)).toEqual(["tls", "h2c", "http identity /"]);
  });

  test("several containers of a service, and a process of the host beside them, sleep and wake together", async () => {
    const name = `${prefix}wake-mixed`;
    const folder = sandbox.project(name, {
      "compose.yaml": `services:
  web:
    image: busybox:1.37
    init: true
    stop_grace_period: 0s
    command: ["sh", "-c", "mkdir /www; hostname > /www/index.html; httpd -f -p 3000 -h /www"]
    scale: 2
`,
      ".cspace.json": JSON.stringify({
        routes: { web: { service: "web", port: 3000 }, side: { process: "side" } },
        processes: { side: { command: "node side.mjs" } },
      }),
      "side.mjs": server("side"),
    });
    await start(folder);
    const host = (label: string): string => `${label}.mercury.${name}.cspace.localhost`;
    const pid = async (): Promise<string | undefined> => (await get(port, host("side"))).body.split(" ").at(-1);
    const before = await pid();
    const { instance } = await sandbox.json<InstanceDocument & Record<string, unknown>>(folder, "sleep");
    expect(instance).toMatchObject({ state: "asleep", routes: [{ health: "asleep" }, { health: "asleep" }] });
    expect(docker("ps", "-q", "--filter", `name=${name}`)).toBe("");
    expect(isAlive(Number(before))).toBe(false);
    // Who asks for one part wakes all of it.
    expect((await get(port, host("web"))).status).toBe(200);
    expect(await pid()).not.toBe(before);
    expect(docker("ps", "-q", "--filter", `name=${name}`).split("\n")).toHaveLength(2);
    const listed = async (): Promise<Instance | undefined> =>
      (await sandbox.json<{ instances: readonly Instance[] }>(folder, "list")).instances[0];
    await until(5000, async () => (await listed())?.state === "running");
  });

  for (const { name: browser, isThere, start: startBrowser } of browsers) {
    test.skipIf(!isThere)(`a page turns into the app by itself (needs ${browser})`, async () => {
      const name = `${prefix}wake-page`;
      const folder = sandbox.project(name, {
        "server.js": `setTimeout(() => require("http").createServer((_, response) => {
  response.setHeader("content-type", "text/html").end("<title>the app</title>");
}).listen(3000), 4500)`,
        "compose.yaml": `services:
  web:
    image: node:24
    init: true
    stop_grace_period: 0s
    command: ["node", "/server.js"]
    volumes: ["./server.js:/server.js:ro"]
    ports: ["3000"]
`,
      });
      await start(folder);
      await sandbox.json(folder, "sleep");
      const page = await startBrowser(mkdtempSync(join(sandbox.root, "browser-")));
      try {
        await page.open(`http://web.mercury.${name}.cspace.localhost${port === 80 ? "" : `:${port}`}/here?a=1#there`);
        expect(await page.evaluate("document.body.innerText")).toContain("web is starting.");
        await until(20_000, async () => {
          // In the middle of a reload there is no page to ask.
          await setTimeout(200);
          return (await page.evaluate("document.title").catch(() => "")) === "the app";
        });
        expect(await page.evaluate("location.pathname + location.search + location.hash")).toBe("/here?a=1#there");
      } finally {
        await page.close();
        await sandbox.cspace(folder, "down");
      }
    });
  }
});

describe("sleep and wake of processes", () => {
  const machine = useHostMachine();
  let port = "";
  const ask = (label: string): Promise<string> => open(`http://${label}.mercury.shop.cspace.localhost${port}/`);
  beforeEach(() => {
    port = "";
  });
  afterEach(() => {
    port = "";
  });

  test("by hand, and by themselves when nobody uses them", async () => {
    const settings = {
      processes: { dev: { command: "node server.mjs" }, api: { command: "node api.mjs" } },
      idle: "2s",
    };
    const folder = machine.project("shop", {
      ...dev,
      "api.mjs": server("api"),
      ".cspace.json": JSON.stringify(settings),
    });
    await machine.json(folder, "up", "mercury", "--new");
    const { proxy } = await machine.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
    if (proxy.httpPort !== 80) port = `:${proxy.httpPort}`;
    const before = (await ask("dev")).split(" ").at(-1);
    const slept = await machine.json<InstanceDocument>(folder, "sleep");
    expect(slept.instance).toMatchObject({ state: "asleep", routes: [{ health: "asleep" }, { health: "asleep" }] });
    expect(slept.instance.asleep?.savedBytes).toBeGreaterThan(10_000_000);
    expect(isAlive(Number(before))).toBe(false);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask("dev")));
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^dev mercury /);
    expect(await ask("api")).toMatch(/^api mercury /);

    const states = async (): Promise<string | undefined> =>
      (await machine.json<{ instances: readonly Instance[] }>(folder, "list")).instances[0]?.state;
    await until(20_000, async () => (await states()) === "asleep");
    const inside = machine.start(folder, "exec", "dev", "sleep", "4");
    await until(5_000, async () => (await states()) === "running");
    expect(await inside.ended).toBe(0);
    await until(20_000, async () => (await states()) === "asleep");
    expect((await machine.json<InstanceDocument>(folder, "wake")).instance.state).toBe("running");
    await machine.json(folder, "sleep");
    await machine.json(folder, "down");
    await until(10_000, async () => (await machine.readDaemon()) === undefined);
  });
});
