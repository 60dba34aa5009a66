import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { openEngineReader, readAnsweringPorts } from "@cspace/compose";
import { describe, expect, onTestFinished, test } from "vitest";
import { fakeContainer, fakeEngine } from "../fake-engine.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

async function serve(answer: RequestListener, at?: { host: string }): Promise<string> {
  const server = createServer(answer);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const path = join(await temporaryDirectory(), "engine.sock");
  await new Promise<void>((done) => (at === undefined ? server.listen(path, done) : server.listen(0, at.host, done)));
  return at === undefined ? `unix://${path}` : `tcp://${at.host}:${(server.address() as { port: number }).port}`;
}

test("a list is one request, with the filters of the API", async () => {
  const asked: string[] = [];
  const DOCKER_HOST = await serve((request, response) => {
    asked.push(`${request.method} ${decodeURIComponent(request.url ?? "")}`);
    response.end(JSON.stringify([fakeContainer()]));
  });
  const reader = await openEngineReader({ env: { DOCKER_HOST } });
  expect(asked).toEqual([]);
  expect(await reader.listContainers({ all: true, filters: { label: ["a=b"] } })).toEqual([fakeContainer()]);
  expect(await reader.listContainers()).toHaveLength(1);
  expect(asked).toEqual([
    'GET /containers/json?all=true&filters={"label":["a=b"]}',
    "GET /containers/json?all=false&filters={}",
  ]);
});

test("over TCP, too", async () => {
  const DOCKER_HOST = await serve((_, response) => void response.end("[]"), { host: "127.0.0.1" });
  expect(await (await openEngineReader({ env: { DOCKER_HOST } })).listContainers()).toEqual([]);
});

describe("an engine that is of no use is explained", () => {
  test.each([
    ["never answers", () => undefined, "does not answer within 0.1 s"],
    ["stops in the middle", (_, response) => void response.write("["), "does not answer within 0.1 s"],
    ["hangs up", (request) => void request.socket.destroy(), "is no working Docker engine: socket hang up"],
    ["fails", (_, response) => void response.writeHead(500).end("oh"), "it answers 500: oh"],
    ["says something else", (_, response) => void response.end("<html>"), "is no working Docker engine"],
  ] satisfies [string, RequestListener, string][])("it %s", async (_, answer, message) => {
    const DOCKER_HOST = await serve(answer);
    const reader = await openEngineReader({ env: { DOCKER_HOST }, timeoutMs: 100 });
    await expect(reader.listContainers()).rejects.toMatchObject({
      code: "CSPACE_ENGINE_NOT_RUNNING",
      message: expect.stringContaining(message),
    });
  });

  test("it is not there", async () => {
    const reader = await openEngineReader({ env: { DOCKER_HOST: "unix:///nowhere/engine.sock", PATH: "" } });
    await expect(reader.listContainers()).rejects.toMatchObject({ code: "CSPACE_ENGINE_ABSENT" });
  });

  test("it is on another machine", async () => {
    await expect(openEngineReader({ env: { DOCKER_HOST: "tcp://192.0.2.1:2375" } })).rejects.toMatchObject({
      code: "CSPACE_ENGINE_REMOTE",
    });
  });
});

describe("the proxy's port", () => {
  const proxy = {
    name: "cspace-proxy",
    Labels: { "cspace.proxy.hash": "abc" },
    Ports: [
      { PrivatePort: 443, Type: "tcp" },
      { IP: "127.0.0.1", PrivatePort: 8088, PublicPort: 8088, Type: "tcp" },
    ],
  };
  const dns = { ...proxy, name: "cspace-dns", Ports: [{ PrivatePort: 53, PublicPort: 53, Type: "udp" }] };

  test.each([
    [8088, [fakeContainer(dns), fakeContainer(proxy)]],
    [null, [fakeContainer(dns)]],
    [null, [fakeContainer({ ...proxy, State: "paused" })]],
    [null, [fakeContainer({ ...proxy, Labels: {} })]],
    [null, []],
  ])("%j", async (port, containers) => {
    expect(await readAnsweringPorts(fakeEngine({ containers }))).toEqual({ httpPort: port, httpsPort: null });
  });
});
