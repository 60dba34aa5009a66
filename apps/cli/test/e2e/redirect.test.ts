import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createSandbox, docker, engineAnswers, prefix, removeLeftovers, until } from "./harness.ts";
import { useHostMachine } from "./host-machine.ts";
import { getSecure } from "./secure.ts";

interface Ports {
  readonly proxy: { readonly httpPort: number; readonly httpsPort: number };
}

interface Answer {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly hsts: string | undefined;
  readonly cache: string | undefined;
}

/** Speaks HTTP, promises to be there over HTTPS alone, and echoes over WebSocket. */
const server = `
const { createServer } = require("node:http");
const { createHash } = require("node:crypto");
createServer((request, response) => {
  response.setHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains").end("served over " + request.headers["x-forwarded-proto"]);
}).on("upgrade", (request, socket) => {
  const accept = createHash("sha1").update(request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n");
  socket.write(Buffer.from([0x81, 2, 0x68, 0x69]));
}).listen(Number(process.env.PORT ?? 3000), process.env.HOST);
`;

function ask(port: number, host: string, { method = "GET", path = "/" } = {}): Promise<Answer> {
  return new Promise((done, fail) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers: { host }, agent: false }, (response) => {
      const { location, "strict-transport-security": hsts, "cache-control": cache } = response.headers;
      response.resume();
      done({ status: response.statusCode, location, hsts, cache });
    });
    sent.once("error", fail);
    sent.end();
  });
}

/** What a WebSocket without encryption is greeted with. */
async function greet(port: number, host: string): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host } });
  const [message] = (await once(socket, "message")) as [Buffer];
  socket.terminate();
  return message.toString();
}

describe.skipIf(!engineAnswers)('"https": "redirect" with Traefik (needs a Docker engine)', () => {
  const sandbox = createSandbox();
  const project = `${prefix}redirect`;
  const host = `web.mercury.${project}.cspace.local`;
  let folder: string;
  let ports: Ports["proxy"];
  beforeAll(async () => {
    removeLeftovers();
    folder = sandbox.project(project, {
      ".cspace.json": '{ "https": "redirect" }',
      "server.js": server,
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
    await sandbox.json(folder, "up", "mercury");
    ports = (await sandbox.json<Ports>(folder, "proxy", "status")).proxy;
  });
  afterAll(sandbox.clean);

  test("HTTP leads to HTTPS, with the path and the method, and is not kept", async () => {
    const origin = `https://${host}${ports.httpsPort === 443 ? "" : `:${ports.httpsPort}`}`;
    const none = { hsts: undefined, cache: "no-store" };
    expect(await ask(ports.httpPort, host, { path: "/a%20b?c=d" })).toEqual({
      status: 301,
      location: `${origin}/a%20b?c=d`,
      ...none,
    });
    for (const method of ["POST", "PUT", "DELETE"]) {
      expect(await ask(ports.httpPort, host, { method })).toEqual({ status: 308, location: `${origin}/`, ...none });
    }
    const ca = readFileSync(join(sandbox.home, "certs/root.pem"), "utf8");
    expect((await getSecure({ port: ports.httpsPort, host, ca })).body).toBe("served over https");
  });

  test("a WebSocket without encryption is served", async () => {
    expect(await greet(ports.httpPort, host)).toBe("hi");
  });

  test("a service of the instance follows it, for it trusts where it leads", () => {
    const code = `fetch("http://${host}${ports.httpPort === 80 ? "" : `:${ports.httpPort}`}/").then(async (r) => console.log(await r.text()))`;
    expect(docker("exec", `${project}--mercury-web-1`, "node", "-e", code)).toBe("served over https");
    expect(docker("exec", `${project}--mercury-web-1`, "sh", "-c", "echo $CSPACE_SERVICE_WEB_URL")).toMatch(/^https:/);
  });

  test("list tells how the service is, and not that it is sent on", async () => {
    const read = async (): Promise<unknown> => {
      const { instances } = await sandbox.json<{ instances: { routes: { health: string; status: number }[] }[] }>(
        folder,
        "list",
      );
      const [route] = instances[0]?.routes ?? [];
      return [route?.health, route?.status];
    };
    expect(await read()).toEqual(["up", 200]);
    const signal = (name: string): string =>
      docker("exec", `${project}--mercury-web-1`, "sh", "-c", `kill -${name} $(pidof node)`);
    signal("STOP");
    expect(await read()).toEqual([expect.stringMatching(/^(down|starting)$/), null]);
    signal("CONT");
    await until(10_000, async () => String(await read()) === "up,200");
  });

  test("without it both are served again, and what the service promises reaches nobody", async () => {
    rmSync(join(folder, ".cspace.json"));
    await sandbox.json(folder, "up", "mercury");
    expect(await ask(ports.httpPort, host)).toMatchObject({ status: 200, hsts: undefined });
    const curl = execFileSync(
      "curl",
      ["-sSI", "-k", "--connect-to", `::127.0.0.1:${ports.httpsPort}`, `https://${host}/`],
      {
        encoding: "utf8",
      },
    );
    expect(curl).toMatch(/^HTTP\/2 200/);
    expect(curl).not.toMatch(/strict-transport-security/i);
  });

  test("another word than that is refused", async () => {
    writeFileSync(join(folder, ".cspace.json"), '{ "https": "always" }');
    const run = await sandbox.cspace(folder, "up", "mercury");
    expect(run.code).toBe(2);
    expect(run.err).toContain('must be "redirect", not "always"');
  });
});

describe('"https": "redirect" with the gateway', () => {
  const machine = useHostMachine();

  test("HTTP leads to HTTPS by 308, a WebSocket is served, and the process finds HTTPS in its environment", async () => {
    const folder = machine.project("shop", {
      ".cspace.json": '{ "https": "redirect", "processes": { "dev": { "command": "node server.cjs" } } }',
      "server.cjs": server,
    });
    await machine.json(folder, "up", "mercury", "--new");
    const { proxy } = await machine.json<Ports>(folder, "proxy", "status");
    const host = "dev.mercury.shop.cspace.localhost";
    const location = `https://${host}${proxy.httpsPort === 443 ? "" : `:${proxy.httpsPort}`}/a?b`;
    for (const method of ["GET", "POST"]) {
      const answer = { status: 308, location, hsts: undefined, cache: "no-store" };
      expect(await ask(proxy.httpPort, host, { method, path: "/a?b" })).toEqual(answer);
    }
    expect(await greet(proxy.httpPort, host)).toBe("hi");
    const ca = readFileSync(join(machine.root, "home/certs/root.pem"), "utf8");
    expect((await getSecure({ port: proxy.httpsPort, host, ca })).body).toBe("served over https");
    const { instances } = await machine.json<{ instances: { routes: { status: number }[] }[] }>(folder, "list");
    expect(instances[0]?.routes[0]?.status).toBe(200);
  });
});
