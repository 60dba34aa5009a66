import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCspace } from "./processes.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
const ws = createRequire(import.meta.url).resolve("ws");

const server = `
const { createServer } = require("node:http");
const { WebSocketServer } = require(${JSON.stringify(ws)});
const page = \`<!doctype html><title>notes</title><h1>Hello from \${process.env.CSPACE_INSTANCE}</h1><p id="live">waiting</p><script>
  const socket = new WebSocket("ws://" + location.host + "/live");
  socket.onmessage = ({ data }) => { document.querySelector("#live").textContent = data; };
  socket.onopen = () => socket.send("ping");
</script>\`;
const server = createServer((request, response) => response.setHeader("content-type", "text/html").end(page));
new WebSocketServer({ server }).on("connection", (socket) => socket.on("message", (data) => socket.send("pong to " + data)));
server.listen(Number(process.env.PORT), process.env.HOST);
`;

let root: string;
let browser: Browser;

async function cspace(
  ...args: string[]
): Promise<Record<string, never> & { instance: { routes: { browserUrl: string }[] } }> {
  const env = { CSPACE_HOME: join(root, "home"), DOCKER_HOST: "unix:///nowhere.sock" };
  const run = startCspace([...args, "--json"], { cwd: join(root, "notes"), env });
  const code = await run.ended;
  if (code !== 0) throw new Error(`cspace ${args.join(" ")} ended with ${code}:\n${run.text.out}\n${run.text.err}`);
  return JSON.parse(run.text.out);
}

beforeAll(async () => {
  if (executablePath === undefined) return;
  root = mkdtempSync(join(tmpdir(), "cspace-e2e-"));
  mkdirSync(join(root, "notes"));
  writeFileSync(join(root, "notes/package.json"), '{ "scripts": { "dev": "node server.cjs" } }');
  writeFileSync(join(root, "notes/server.cjs"), server);
  // What Chromium would ask of the network by itself is left out.
  const quiet = ["background-networking", "component-update", "sync", "quic", "gpu"].map((name) => `--disable-${name}`);
  const args = [...quiet, "--no-first-run", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])];
  browser = await chromium.launch({ executablePath, headless: true, args });
}, 60_000);
afterAll(async () => {
  if (executablePath === undefined) return;
  await browser?.close();
  await cspace("down", "--all");
  rmSync(root, { recursive: true, force: true });
});

test.skipIf(executablePath === undefined)(
  "a browser opens the link that up prints, with nothing installed, and a WebSocket lives behind it (needs Chromium)",
  async () => {
    const { instance } = await cspace("up");
    const url = instance.routes[0]?.browserUrl ?? "";
    expect(new URL(url).hostname).toBe("dev.mercury.notes.cspace.localhost");
    const page = await browser.newPage();
    await page.goto(url);
    expect(await page.textContent("h1")).toBe("Hello from mercury");
    await page.waitForFunction("document.querySelector('#live').textContent === 'pong to ping'", undefined, {
      timeout: 10_000,
    });
    // https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy
    expect(await page.evaluate("isSecureContext")).toBe(true);
  },
);
