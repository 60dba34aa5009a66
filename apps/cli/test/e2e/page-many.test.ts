import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import type { Instance } from "@cspace/instances";
import { createPage, type PageData } from "@cspace/page";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasChromium, startChromium } from "./browsers.ts";

const dist = resolve(import.meta.dirname, "../../dist/page");

/** As many as a large machine of agents has. */
const count = 200;

function instanceOf(index: number, state: Instance["state"] = "running"): Instance {
  const instance = `copy-${String(index).padStart(3, "0")}`;
  const project = `shop-${index % 8}`;
  return {
    ...{
      project,
      instance,
      directory: `/src/${project}-${instance}`,
      branch: `feature-${index}`,
      createdAt: null,
      gone: false,
    },
    ...{ engine: "docker", state, asleep: null, ports: [], services: [] },
    routes: ["web", "api", "docs"].map((label) => {
      const url = `http://${label}.${instance}.${project}.cspace.local`;
      return {
        ...{
          label,
          hostname: url.slice(7),
          hostnames: [url.slice(7)],
          url,
          browserUrl: url,
          localUrl: null,
          via: "proxy",
        },
        ...{ reason: null, target: { service: label, port: 3000 }, health: "up", refused: [], status: 200 },
      };
    }),
    stats: { cpu: 0.01, memoryBytes: 1e8, volumeBytes: 0 },
  };
}

describe.skipIf(!hasChromium)(`${count} instances on the page, in a real Chromium`, () => {
  let server: Server;
  let url: string;
  let context: BrowserContext;
  let page: Page;
  let change = (): void => undefined;
  let changed = 0;
  const home = mkdtempSync(join(tmpdir(), "cspace-many-"));

  beforeAll(async () => {
    const { render } = (await import(join(dist, "server/render.js"))) as { render: (data: PageData) => string };
    const answer = createPage({
      ...{ version: "0", assets: join(dist, "assets"), render, options: () => ({}) },
      list: async () =>
        Array.from({ length: count }, (_, index) => instanceOf(index, index < changed ? "stopped" : "running")),
      subscribe: (onChange) => {
        change = onChange;
        return () => undefined;
      },
    });
    server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    ({ context, page } = await startChromium(home));
  });
  afterAll(async () => {
    await context?.close();
    server?.closeAllConnections();
    server?.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  });

  test("scripts and styles are below 60 kB compressed, and nothing comes from elsewhere", async () => {
    const files = readdirSync(join(dist, "assets")).filter((name) => /\.(?:js|css)$/.test(name));
    const bytes = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, "assets", name))).length, 0);
    expect(bytes).toBeLessThan(60_000);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).origin));
    await page.goto(url);
    await page.waitForTimeout(500);
    expect(new Set(asked)).toEqual(new Set([new URL(url).origin]));
    page.removeAllListeners("request");
  });

  test("a change of fifty of them, a search and a scroll hold nothing up", async () => {
    await page.goto(url);
    await page.locator("html.live").waitFor();
    expect(await page.locator("li.instance").count()).toBe(count);
    await page.evaluate(`
      window.late = [];
      new PerformanceObserver((list) => window.late.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
    `);
    await page.waitForTimeout(2500);
    changed = 50;
    change();
    await page.waitForFunction("document.querySelectorAll('.head .stopped').length === 50", undefined, {
      timeout: 20_000,
    });
    await page.getByRole("searchbox").pressSequentially("copy-19", { delay: 30 });
    await page.waitForFunction("document.querySelectorAll('li.instance').length === 10");
    await page.getByRole("searchbox").fill("");
    await page.waitForFunction(`document.querySelectorAll('li.instance').length === ${count}`);
    for (let step = 0; step < 20; step += 1) await page.mouse.wheel(0, 1500);
    // What a person takes for at once (https://web.dev/articles/rail), and twice that for a busy machine.
    const late = (await page.evaluate("window.late")) as number[];
    expect(Math.max(0, ...late)).toBeLessThan(200);
  });
});
