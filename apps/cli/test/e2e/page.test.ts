import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { askDaemon } from "./ask-daemon.ts";
import { hasChromium, startChromium } from "./browsers.ts";
import { createSandbox, docker, engineAnswers, prefix, removeLeftovers, until } from "./harness.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Screenshots are kept for people to look at. */
const artifacts = resolve(import.meta.dirname, "../../../../artifacts/page");

const server = `
const { PORT = 3000, HOST = "0.0.0.0" } = process.env;
console.log("\\u001b[32mgreen words\\u001b[0m and \\u001b]0;a title\\u0007 <img src=x onerror=window.hacked=1>");
setInterval(() => console.log("tick " + Date.now()), 300);
require("node:http").createServer((q, s) => s.end("hello")).listen(Number(PORT), HOST);
`;

describe.skipIf(!engineAnswers || !hasChromium)("the page in a real Chromium (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const name = `${prefix}page`;
  let folder: string;
  let url: string;
  let context: BrowserContext;
  let page: Page;
  const row = (instance: string) =>
    page.locator("li.instance", { has: page.getByRole("link", { name: instance, exact: true }) });
  const shoot = (what: string) => page.screenshot({ path: join(artifacts, `${what}.png`), fullPage: true });

  async function expectNoFindings(): Promise<void> {
    // The policy of the page lets no script of others in; the browser's own tools may.
    const cdp = await context.newCDPSession(page);
    await cdp.send("Runtime.evaluate", { expression: axe });
    const { result } = await cdp.send("Runtime.evaluate", {
      expression: `axe.run().then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])))`,
      awaitPromise: true,
    });
    expect(JSON.parse(String(result.value))).toEqual([]);
  }

  beforeAll(async () => {
    removeLeftovers();
    mkdirSync(artifacts, { recursive: true });
    folder = sandbox.project(name, {
      "server.cjs": server,
      "compose.yaml": `services:
  web:
    image: node:24
    init: true
    stop_grace_period: 0s
    command: ["node", "/app/server.cjs"]
    volumes: ["./:/app:ro", "data:/data"]
    environment: { SECRET_TOKEN: "hunter2" }
    ports: ["3000"]
volumes: { data: {} }
`,
      ".cspace.json": JSON.stringify({ processes: { api: { command: "node server.cjs" } } }),
    });
    for (const instance of ["mercury", "venus"]) await sandbox.json(folder, "up", instance);
    url = (await sandbox.json<{ url: string }>(folder, "page")).url;
    ({ context, page } = await startChromium(mkdtempSync(join(sandbox.root, "browser-"))));
  });
  afterEach(async () => {
    expect(await page.evaluate('"hacked" in window')).toBe(false);
  });
  afterAll(async () => {
    await context?.close();
    await sandbox.clean();
  });

  test("it lists what runs with its URLs, health, directory and use, and works without JavaScript", async () => {
    const plain = await context.browser()?.newContext({ javaScriptEnabled: false });
    const still = plain === undefined ? page : await plain.newPage();
    await still.goto(url);
    expect(await still.getByRole("link", { name: /^http:\/\/web\.mercury\./ }).count()).toBe(1);
    expect(await still.getByRole("button").count()).toBe(0);
    await plain?.close();
    await page.goto(url);
    await row("mercury").getByText("running").waitFor();
    const text = (await row("mercury").textContent()) ?? "";
    expect(text).toContain(folder);
    expect(text).toContain("containers and processes");
    await row("mercury")
      .getByText(/% CPU · .* memory/)
      .waitFor();
    expect(
      await row("mercury")
        .getByRole("link", { name: /^http:/ })
        .count(),
    ).toBe(2);
    await shoot("list");
    await expectNoFindings();
    await page.emulateMedia({ colorScheme: "dark" });
    await shoot("list-dark");
    await expectNoFindings();
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
    await shoot("list-phone");
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test("what is done elsewhere is shown without a reload", async () => {
    await page.goto(url);
    await row("venus").getByText("running").waitFor();
    await page.evaluate("window.same = true");
    await sandbox.json(folder, "stop", "--instance", "venus");
    await row("venus").getByText("stopped", { exact: true }).waitFor({ timeout: 15_000 });
    await sandbox.json(folder, "up", "earth");
    await row("earth").waitFor({ timeout: 15_000 });
    await sandbox.json(folder, "down", "earth", "--volumes");
    await row("earth").waitFor({ state: "detached", timeout: 15_000 });
    expect(await page.evaluate('"same" in window')).toBe(true);
  });

  test("start, restart and stop do what they say, with the keyboard alone", async () => {
    await page.goto(url);
    await page.getByRole("button", { name: `Start venus of ${name}` }).press("Enter");
    await row("venus").getByText("running").waitFor({ timeout: 30_000 });
    const startedAt = (): string => docker("inspect", "-f", "{{.State.StartedAt}}", `${name}--venus-web-1`);
    const before = startedAt();
    await page.getByRole("button", { name: `Restart venus of ${name}` }).press("Space");
    await until(30_000, async () => startedAt() !== before);
    await page.getByRole("button", { name: `Stop venus of ${name}` }).click();
    await row("venus").getByText("stopped", { exact: true }).waitFor({ timeout: 30_000 });
    expect(docker("inspect", "-f", "{{.State.Status}}", `${name}--venus-web-1`)).toBe("exited");
  });

  test("down asks first, names the volumes, and takes them only when it is told to", async () => {
    await page.goto(url);
    const open = async (): Promise<void> => {
      await page.getByRole("button", { name: `Remove venus of ${name}` }).click();
      await page.getByRole("dialog").waitFor();
    };
    await open();
    expect(await page.getByRole("dialog").textContent()).toContain(`${name}--venus_data`);
    await shoot("down");
    await expectNoFindings();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    expect(docker("ps", "-aq", "--filter", `name=${name}--venus`)).not.toBe("");
    await open();
    await page.getByRole("button", { name: "Remove it", exact: true }).click();
    await row("venus").waitFor({ state: "detached", timeout: 30_000 });
    expect(docker("volume", "ls", "-q", "--filter", `name=${name}--venus_data`)).not.toBe("");
    await sandbox.json(folder, "up", "venus");
    await row("venus").waitFor({ timeout: 20_000 });
    await open();
    await page.getByLabel("Remove the volumes too").check();
    await page.getByRole("button", { name: "Remove it and its data" }).click();
    await row("venus").waitFor({ state: "detached", timeout: 30_000 });
    expect(docker("volume", "ls", "-q", "--filter", `name=${name}--venus_data`)).toBe("");
  });

  test("the page of an instance: its routes, its log as it is printed, and its environment without secrets", async () => {
    await page.goto(url);
    await page.getByRole("link", { name: "mercury", exact: true }).click();
    await page.getByRole("heading", { name: `mercury of ${name}` }).waitFor();
    expect(await page.title()).toBe(`mercury of ${name} · cspace`);
    await expectNoFindings();
    await page.getByRole("tab", { name: "Routes" }).press("ArrowRight");
    await page
      .getByText(/tick \d+/)
      .first()
      .waitFor();
    const log = page.getByRole("log");
    await until(10_000, async () => ((await log.textContent()) ?? "").includes("<img src=x onerror=window.hacked=1>"));
    expect(await log.locator("img").count()).toBe(0);
    expect(await log.locator(".ansi-green").first().textContent()).toBe("green words");
    expect(await log.textContent()).not.toMatch(/a title|\p{Cc}/u);
    const count = async (): Promise<number> => await log.locator(".line").count();
    const before = await count();
    await until(10_000, async () => (await count()) > before);
    await page.getByPlaceholder("Search the log").fill("green");
    await until(5000, async () => (await count()) === 2);
    await shoot("logs");
    await expectNoFindings();
    await page.getByRole("tab", { name: "Environment" }).click();
    await page.getByText("CSPACE_SERVICE_WEB_URL").first().waitFor();
    expect(await page.content()).not.toContain("hunter2");
    await page.getByRole("button", { name: "Show SECRET_TOKEN of web" }).click();
    await page.getByText("hunter2").waitFor();
    await shoot("environment");
    await expectNoFindings();
    const gone = await page.goto(`${url}${name}/pluto`);
    expect(gone?.status()).toBe(404);
    await page.getByText(`pluto of ${name} is not there`).waitFor();
  });

  test("a URL can be copied, also where a browser gives no clipboard to a page without encryption", async () => {
    await page.goto(url);
    const link = row("mercury").getByRole("link", { name: /^http:\/\/web\./ });
    const href = await link.getAttribute("href");
    await row("mercury")
      .getByRole("button", { name: `Copy ${href}` })
      .click();
    await row("mercury")
      .getByRole("button", { name: `Copy ${href}` })
      .getByText("Copied")
      .waitFor();
  });

  test("while no daemon answers it says so, and goes on by itself with the next one", async () => {
    await page.goto(url);
    await row("mercury").getByText("running").waitFor();
    await askDaemon(sandbox.home, "POST", "/stop");
    await page.getByText("Not connected").waitFor({ timeout: 20_000 });
    await sandbox.json(folder, "up", "mercury");
    await page.getByText("Not connected").waitFor({ state: "hidden", timeout: 30_000 });
    // Its token is another one; the page has it.
    await page.getByRole("button", { name: `Restart mercury of ${name}` }).click();
    await until(10_000, async () => (await page.locator(".notice").count()) === 0);
    await row("mercury").getByText("running").waitFor();
  });

  test("no page of others, and nobody without the token, changes anything or reads it", async () => {
    const { port, hostname } = new URL(url);
    const host = port === "" ? hostname : `${hostname}:${port}`;
    const ask = (path: string, headers: Record<string, string> = {}, method = "GET", body = "") =>
      new Promise<{ status: number | undefined; text: string; headers: NodeJS.Dict<string | string[]> }>(
        (done, fail) => {
          const options = { port: Number(port) || 80, path, method, agent: false, headers: { host, ...headers } };
          const sent = request(options, (response) => {
            let text = "";
            response.setEncoding("utf8").on("data", (chunk) => {
              text += chunk;
            });
            response.on("end", () => done({ status: response.statusCode, text, headers: response.headers }));
          });
          sent.on("error", fail).end(body);
        },
      );
    const { text, headers } = await ask("/");
    const token = /"token":"([^"]+)"/.exec(text)?.[1] ?? "";
    expect(token).toMatch(/^.{30,}$/);
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    const body = JSON.stringify({ project: name, instance: "mercury" });
    const own = { origin: `http://${host}`, "content-type": "application/json", "x-cspace-token": token };
    const refused: readonly Record<string, string>[] = [
      { ...own, "x-cspace-token": `${token}x` },
      { ...own, "x-cspace-token": "" },
      { ...own, origin: "http://evil.example" },
      { ...own, origin: `http://web.mercury.${name}.cspace.localhost` },
      { ...own, origin: "null" },
      { "content-type": "application/json", "x-cspace-token": token },
      { ...own, "sec-fetch-site": "same-site" },
      { ...own, "sec-fetch-site": "cross-site" },
      { ...own, "content-type": "text/plain" },
    ];
    for (const given of refused) expect((await ask("/api/stop", given, "POST", body)).status).toBe(403);
    expect(docker("inspect", "-f", "{{.State.Status}}", `${name}--mercury-web-1`)).toBe("running");
    expect(
      (
        await ask(
          "/api/environment",
          own,
          "POST",
          JSON.stringify({ project: name, instance: "mercury", name: "__proto__" }),
        )
      ).status,
    ).toBe(404);
    expect(
      (await ask("/api/stop", own, "POST", JSON.stringify({ project: name, instance: "../mercury" }))).status,
    ).toBe(404);
    expect((await ask("/api/stop", own, "POST", "x".repeat(20_000))).status).toBe(413);
    for (const path of ["/api/events", "/api/logs?project=x", "/api/environment", "/"]) {
      expect((await ask(path, { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" })).status).toBe(403);
    }
    // A link of another site may lead here.
    expect(
      (await ask("/", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }))
        .status,
    ).toBe(200);
    for (const path of [
      "/assets/../server/render.js",
      "/assets/..%2fserver%2frender.js",
      "/assets/manifest.json",
      "/x/y/z",
      "/A/b",
    ]) {
      expect((await ask(path)).status).toBe(404);
    }
    expect((await ask("/", { host: "evil.example" })).status).toBe(404);
    expect((await ask("/", {}, "DELETE")).status).toBe(405);
    // Containers reach the proxy by the project's network.
    const asked = { host: "cspace-proxy", port: Number(port) || 80, headers: { host } };
    const script = `require("node:http").get(${JSON.stringify(asked)}, (response) => {
      response.setEncoding("utf8").on("data", (text) => console.log(response.statusCode, text.includes("token")));
    })`;
    expect(docker("exec", `${name}--mercury-web-1`, "node", "-e", script)).toBe("403 false");
  });
});
