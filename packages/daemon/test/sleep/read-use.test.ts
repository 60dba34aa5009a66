import type { DockerEngine, ProxyTraffic } from "@cspace/compose";
import { expect, test } from "vitest";
import { readUse } from "../../src/sleep/read-use.ts";

const names = { project: "shop", instance: "mercury" };
const routed = {
  "cspace.managed": "true",
  "cspace.project": "shop",
  "cspace.instance": "mercury",
  "cspace.route.web": "3000",
};
const traffic: ProxyTraffic = {
  requests: new Map([
    ["web--mercury--shop", 3],
    ["web--venus--shop", 50],
  ]),
  connections: [
    { local: { address: "10.0.0.2", port: 5 }, remote: { address: "10.0.0.3", port: 3000 } },
    { local: { address: "10.0.0.2", port: 6 }, remote: { address: "10.0.0.9", port: 3000 } },
  ],
};

function engineWith(
  labels: Readonly<Record<string, string>>,
  { execs = {} as Readonly<Record<string, readonly string[]>> } = {},
) {
  const container = {
    Id: "c",
    Names: ["/shop--mercury-web-1"],
    State: "running",
    Status: "Up",
    Labels: labels,
    Ports: [],
    NetworkSettings: { Networks: { n: { NetworkID: "n", IPAddress: "10.0.0.3" } } },
  };
  const check = { Test: ["CMD", "true"] };
  return {
    listContainers: async () => [container],
    readUsage: async () => ({ cpuMs: 10, memoryBytes: 100 }),
    inspectContainer: async () => ({ ExecIDs: Object.keys(execs), Config: { Healthcheck: check } }),
    readExec: async (id: string) => execs[id],
  } as unknown as DockerEngine;
}

const none = { traffic: async () => traffic, gateway: [], processes: [], holds: 0 };

test("what went to its own routes and containers, and what is held", async () => {
  const engine = engineWith(routed, { execs: { a: ["true"], b: ["sleep", "1"] } });
  const gateway = [new Map([["web--mercury--shop", { open: 1, ended: 2 }]])];
  expect(await readUse(names, { ...none, engine, gateway, holds: 1 })).toEqual({
    requests: 5,
    open: 1,
    connections: ["10.0.0.2:5 10.0.0.3:3000"],
    // Its health check is nobody's command.
    execs: 2,
    cpuMs: 10,
    memoryBytes: 100,
  });
});

test("nobody can tell without a word of the proxy's, and nobody could wake what has no route", async () => {
  const engine = engineWith(routed);
  expect(await readUse(names, { ...none, engine, traffic: async () => undefined })).toBeNull();
  expect(await readUse(names, { ...none, engine: engineWith({}) })).toBeNull();
});

test("nothing of it runs", async () => {
  expect(await readUse(names, { ...none, engine: undefined })).toBeUndefined();
  const processes = [{ label: "dev", pid: null }];
  expect(await readUse(names, { ...none, engine: undefined, processes })).toMatchObject({ requests: 0, cpuMs: 0 });
});
