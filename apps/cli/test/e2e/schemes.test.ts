import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, engineAnswers, get, removeLeftovers } from "./harness.ts";
import { pem, schemeServer, schemeService } from "./scheme-services.ts";

interface Started {
  readonly instance: {
    readonly routes: readonly { label: string; health: string; localUrl: string; reason: string | null }[];
  };
}

describe.skipIf(!engineAnswers)("what a service speaks (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  test("TLS and HTTP/2 are served without a word of the settings; what speaks no HTTP is never up", async () => {
    const names = ["tls", "other", "h2c", "raw", "plain"];
    const folder = sandbox.project("e2e-schemes", {
      "server.mjs": schemeServer,
      ...pem,
      "compose.yaml": `services:
${schemeService("tls", "tls", 8443)}${schemeService("other", "tls", 9000)}${schemeService("h2c", "h2c", 8050)}${schemeService("raw", "raw", 7777)}${schemeService("plain", "http", 9443)}`,
    });
    const up = await sandbox.cspace(folder, "up", "--json", "--wait", "8");
    expect(up.err).toContain("other speaks TLS, and is served so from now on");
    expect(up.err).toContain("raw is starting: it listens on port 7777, and its answer is no HTTP");
    const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
    const bodies = await Promise.all(
      names.map(async (name) => (await get(proxy.httpPort, `${name}.mercury.e2e-schemes.cspace.localhost`)).body),
    );
    expect(bodies).toEqual(["tls", "tls", "h2c", "Internal Server Error", "http identity /"]);
    const { instance } = JSON.parse(up.out) as Started;
    const healths = Object.fromEntries(instance.routes.map(({ label, health }) => [label, health]));
    expect(healths).toEqual({ tls: "up", other: "up", h2c: "up", raw: "starting", plain: "up" });
    const urls = Object.fromEntries(instance.routes.map(({ label, localUrl }) => [label, localUrl.split(":")[0]]));
    expect(urls).toEqual({ tls: "https", other: "https", h2c: "http", raw: "http", plain: "http" });
    // What was learned is known the next time.
    const again = await sandbox.cspace(folder, "up", "--wait", "1");
    expect(again.err).not.toContain("from now on");
    expect(again.err).not.toContain("create");
  });

  test("the settings say it, and which clients stay with one of several containers", async () => {
    const folder = sandbox.project("e2e-sticky", {
      "compose.yaml": `services:
  web:
    image: busybox:1.37
    init: true
    stop_grace_period: 0s
    command: ["sh", "-c", "mkdir /www; hostname > /www/index.html; httpd -f -p 3000 -h /www"]
    scale: 3
`,
      ".cspace.json": '{ "routes": { "web": { "service": "web", "port": 3000, "scheme": "http", "sticky": true } } }',
    });
    await sandbox.json(folder, "up");
    const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
    const url = `http://127.0.0.1:${proxy.httpPort}/`;
    const curl = (...args: string[]): string =>
      execFileSync("curl", ["-s", "-H", "Host: web.mercury.e2e-sticky.cspace.localhost", ...args, url], {
        encoding: "utf8",
      }).trim();
    const jar = join(folder, "cookies");
    const first = curl("-c", jar, "-b", jar);
    const others = Array.from({ length: 9 }, () => curl("-c", jar, "-b", jar));
    expect(new Set([first, ...others]).size).toBe(1);
    expect(new Set(Array.from({ length: 9 }, () => curl())).size).toBe(3);
  });

  test("a path and a query reach a container as they were asked for", async () => {
    const folder = sandbox.project("e2e-paths", {
      "server.mjs": schemeServer,
      "compose.yaml": `services:\n${schemeService("plain", "http", 3000)}`,
    });
    await sandbox.json(folder, "up");
    const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
    for (const target of ["/a//b", "/fetch/https://example.com/x", "/a/./b/../c", "//x/y", "/a%2Fb", "/?a=1&b=%20"]) {
      const { body } = await get(proxy.httpPort, "plain.mercury.e2e-paths.cspace.localhost", target);
      expect(body).toBe(`http identity ${target}`);
    }
  });
});
