import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, engineAnswers, get, removeLeftovers } from "./harness.ts";

interface Started {
  readonly instance: {
    readonly routes: readonly { label: string; health: string; localUrl: string; reason: string | null }[];
  };
}

const server = `import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import fs from "node:fs";
const [kind, port] = process.argv.slice(2);
const read = (name) => fs.readFileSync("/app/" + name);
if (kind === "tls") https.createServer({ key: read("key.pem"), cert: read("cert.pem") }, (q, r) => r.end("tls")).listen(port);
if (kind === "http") http.createServer((q, r) => r.end("http " + (q.headers["accept-encoding"] ?? "none") + " " + q.url)).listen(port);
if (kind === "raw") net.createServer((c) => c.on("error", () => {}).write("220 hello\\r\\n")).listen(port);
if (kind === "h2c")
  http2.createServer().on("stream", (s) => { s.respond({ ":status": 200 }); s.end("h2c"); }).listen(port);
`;

/** A certificate for no name of ours, signed by nobody, as services in containers have them. */
const pem = {
  "key.pem": `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIA0ALH3wi5VvqWuB+cbG/ykR4DGkgKWldUgEqLgRCIaDoAoGCCqGSM49
AwEHoUQDQgAEMK+ZkbGUIzb3ryA8k9QSUX6YaHGuIt7pk6OeiOC9lGqr6HNLgYrk
brzaCYt9gruqFjY/k0ikABl9jrRGk5kDJw==
-----END EC PRIVATE KEY-----
`,
  "cert.pem": `-----BEGIN CERTIFICATE-----
MIIBhTCCASugAwIBAgIUC3SF/zbkGJvpqQ3/EWQBaHKAeRowCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMc2VydmljZS50ZXN0MCAXDTI2MTEyNzEwMzYxMFoYDzIxMjYx
MTAzMTAzNjEwWjAXMRUwEwYDVQQDDAxzZXJ2aWNlLnRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQwr5mRsZQjNvevIDyT1BJRfphoca4i3umTo56I4L2Uaqvo
c0uBiuRuvNoJi32Cu6oWNj+TSKQAGX2OtEaTmQMno1MwUTAdBgNVHQ4EFgQU6puQ
rKisOq+60AfbeK4y7AW4BbUwHwYDVR0jBBgwFoAU6puQrKisOq+60AfbeK4y7AW4
BbUwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAp7p99pjG9ANE
0w9AdtxRR1AKw2UwnpnkMH1aAbd0O+4CIA93boPndT+PJ8hL8hQaXYNIrSNvzGjx
uXtY7ihAe3Uy
-----END CERTIFICATE-----
`,
};

function service(name: string, kind: string, port: number): string {
  return `  ${name}:
    image: node:24
    init: true
    stop_grace_period: 0s
    working_dir: /app
    volumes: [".:/app:ro"]
    command: ["node", "server.mjs", "${kind}", "${port}"]
    ports: ["${port}"]
`;
}

describe.skipIf(!engineAnswers)("what a service speaks (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  test("TLS and HTTP/2 are served without a word of the settings; what speaks no HTTP is never up", async () => {
    const names = ["tls", "other", "h2c", "raw", "plain"];
    const folder = sandbox.project("e2e-schemes", {
      "server.mjs": server,
      ...pem,
      "compose.yaml": `services:
${service("tls", "tls", 8443)}${service("other", "tls", 9000)}${service("h2c", "h2c", 8050)}${service("raw", "raw", 7777)}${service("plain", "http", 9443)}`,
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
      "server.mjs": server,
      "compose.yaml": `services:\n${service("plain", "http", 3000)}`,
    });
    await sandbox.json(folder, "up");
    const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
    for (const target of ["/a//b", "/fetch/https://example.com/x", "/a/./b/../c", "//x/y", "/a%2Fb", "/?a=1&b=%20"]) {
      const { body } = await get(proxy.httpPort, "plain.mercury.e2e-paths.cspace.localhost", target);
      expect(body).toBe(`http identity ${target}`);
    }
  });
});
