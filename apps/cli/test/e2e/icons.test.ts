import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, engineAnswers, prefix, removeLeftovers, until } from "./harness.ts";

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly route: string | string[] | undefined;
  readonly body: string;
}

const server = (body: string): string =>
  `require("node:http").createServer((q, s) => { ${body} }).listen(process.env.PORT ?? 3000, process.env.HOST)`;

describe.skipIf(!engineAnswers)("what services do not have themselves (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  const name = `${prefix}icons`;
  let port: number;

  const ask = (label: string, path: string, headers: Record<string, string> = {}): Promise<Answer> =>
    new Promise((done, fail) => {
      const host = `${label}.mercury.${name}.cspace.local`;
      const sent = request({ port, path, agent: false, headers: { host, ...headers } }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk) => {
          body += chunk;
        });
        const { "content-type": type, "x-cspace-route": route } = response.headers;
        response.on("end", () => done({ status: response.statusCode, type, route, body }));
      });
      sent.on("error", fail).end();
    });
  const opens = { "upgrade-insecure-requests": "1", accept: "text/html", "accept-encoding": "gzip" };

  beforeAll(async () => {
    removeLeftovers();
    const folder = sandbox.project(name, {
      "none.js": server("s.writeHead(404).end('not here')"),
      "own.js": server("s.end('own ' + q.url)"),
      "fails.js": server("s.writeHead(502).end('mine')"),
      "compose.yaml": `services:
${["none", "own", "fails"]
  .map(
    (service) => `  ${service}:
    image: node:24
    init: true
    stop_grace_period: 0s
    command: ["node", "/app/${service}.js"]
    volumes: ["./:/app:ro"]
    expose: ["3000"]
`,
  )
  .join("")}  silent:
    image: node:24
    init: true
    stop_grace_period: 0s
    command: ["node", "-e", "console.log('it began'); setInterval(() => {}, 1000)"]
    expose: ["3000"]
`,
      ".cspace.json": JSON.stringify({ processes: { process: { command: "node none.js" } } }),
    });
    await sandbox.cspace(folder, "up", "mercury", "--no-wait");
    port = (await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status")).proxy.httpPort;
    await until(20_000, async () => (await ask("own", "/")).body === "own /");
    await until(20_000, async () => (await ask("process", "/")).body === "not here");
    await until(20_000, async () => (await ask("silent", "/")).status === 502);
  });
  afterAll(sandbox.clean);

  test("an instance without a favicon gets one in its colour, on both engines; one that has its own keeps it", async () => {
    const [container, process] = await Promise.all([ask("none", "/favicon.ico"), ask("process", "/favicon.ico")]);
    expect(container).toMatchObject({ status: 200, type: "image/svg+xml", route: `none--mercury--${name}` });
    expect(process).toMatchObject({ status: 200, type: "image/svg+xml", route: `process--mercury--${name}` });
    expect(container.body).toMatch(/^<svg .*hsl\(\d+ /);
    expect(process.body).toBe(container.body);
    expect(await ask("own", "/favicon.ico")).toMatchObject({ status: 200, body: "own /favicon.ico" });
    expect(await ask("none", "/other.ico")).toMatchObject({ status: 404, body: "not here" });
  });

  test("where nothing answers, who opens a page is shown why, with what was printed; programs get what Traefik says", async () => {
    const shown = await ask("silent", "/some/page", opens);
    expect(shown).toMatchObject({ status: 502, type: "text/html; charset=utf-8", route: `silent--mercury--${name}` });
    expect(shown.body).toContain("silent does not answer");
    expect(shown.body).toContain("it began");
    expect(await ask("silent", "/")).toMatchObject({ status: 502, body: "Bad Gateway" });
  });

  test("what a service itself answers to programs stays its own, whatever it is", async () => {
    expect(await ask("fails", "/api")).toMatchObject({ status: 502, body: "mine" });
    expect(await ask("none", "/", opens)).toMatchObject({ status: 404, body: "not here" });
  });
});
