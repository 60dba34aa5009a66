import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { connectEngine } from "@cspace/compose";
import { afterEach, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary-directory.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(path: string, answer: RequestListener): Promise<Server> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((done) => server.listen(path, done));
  return server;
}

async function dockerOnPath(): Promise<string> {
  const folder = await temporaryDirectory();
  await writeFile(join(folder, "docker"), "");
  await chmod(join(folder, "docker"), 0o755);
  return folder;
}

const at = (path: string): string => `unix://${path}`;

describe("an engine that answers", () => {
  test("it is asked over its socket", async () => {
    const path = join(await temporaryDirectory(), "engine.sock");
    const asked: string[] = [];
    await serve(path, (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (request.url?.endsWith("/_ping")) response.end("OK");
      else if (request.url?.includes("/containers/gone/"))
        response.writeHead(404).end('{"message":"no such container"}');
      else response.setHeader("content-type", "application/json").end("[]");
    });
    const engine = await connectEngine({ env: { DOCKER_HOST: at(path) } });
    expect(engine.endpoint).toBe(at(path));
    expect(await engine.listContainers({ all: true, filters: { label: ["cspace.managed=true"] } })).toEqual([]);
    expect(await engine.inspectContainer("gone")).toBeUndefined();
    expect(asked[0]).toContain("/_ping");
    expect(decodeURIComponent(asked[1] ?? "")).toContain('filters={"label":["cspace.managed=true"]}');
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

  test.for([
    ["127.0.0.1", true],
    ["[::1]", hasIpv6],
  ] as const)("one on %s over TCP", async ([host, here], { skip }) => {
    if (!here) skip("this machine has no ::1");
    const server = createServer((_, response) => void response.end("OK"));
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, host.replace(/[[\]]/g, ""), done));
    const { port } = server.address() as { port: number };
    const DOCKER_HOST = `http://${host}:${port}`;
    expect((await connectEngine({ env: { DOCKER_HOST } })).endpoint).toBe(DOCKER_HOST);
  });
});

describe("an engine that does not answer", () => {
  test("no socket and no docker command: not installed", async () => {
    const path = join(await temporaryDirectory(), "none.sock");
    await expect(connectEngine({ env: { DOCKER_HOST: at(path), PATH: "" } })).rejects.toMatchObject({
      code: "CSPACE_ENGINE_ABSENT",
      message: `no Docker engine is installed: ${at(path)} does not exist and there is no docker command`,
    });
  });

  test.each([
    ["linux", "start it: sudo systemctl start docker"],
    ["darwin", "start it: open Docker Desktop or OrbStack"],
  ] as const)("no socket but a docker command: not running, and how to start it on %s", async (platform, hint) => {
    const path = join(await temporaryDirectory(), "none.sock");
    const env = { DOCKER_HOST: at(path), PATH: await dockerOnPath() };
    await expect(connectEngine({ env, platform })).rejects.toMatchObject({ code: "CSPACE_ENGINE_NOT_RUNNING", hint });
  });

  test("a socket that nobody listens on any more", async () => {
    const folder = await temporaryDirectory();
    const [used, left] = [join(folder, "used.sock"), join(folder, "left.sock")];
    const server = await serve(used, () => undefined);
    await rename(used, left);
    await new Promise((done) => server.close(done));
    await expect(connectEngine({ env: { DOCKER_HOST: at(left) } })).rejects.toMatchObject({
      code: "CSPACE_ENGINE_NOT_RUNNING",
      message: `no Docker engine answers at ${at(left)}: connection refused`,
    });
  });

  test("one that hangs is given up in time", async () => {
    const path = join(await temporaryDirectory(), "hangs.sock");
    await serve(path, () => undefined);
    const begin = performance.now();
    await expect(connectEngine({ env: { DOCKER_HOST: at(path) }, timeoutMs: 100 })).rejects.toMatchObject({
      code: "CSPACE_ENGINE_NOT_RUNNING",
      message: `the Docker engine at ${at(path)} does not answer within 0.1 s`,
    });
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  test.skipIf(process.getuid?.() === 0)("one whose folder this user may not enter (not as root)", async () => {
    const folder = await temporaryDirectory();
    await mkdir(join(folder, "closed"), { mode: 0o000 });
    await expect(connectEngine({ env: { DOCKER_HOST: at(join(folder, "closed/x.sock")) } })).rejects.toMatchObject({
      code: "CSPACE_ENGINE_DENIED",
    });
  });
});
