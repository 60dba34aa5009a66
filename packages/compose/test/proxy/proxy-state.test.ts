import { type EngineContainerDetail, readProxyState } from "@cspace/compose";
import { expect, test } from "vitest";
import { fakeDetail, fakeEngine } from "../fake-engine.ts";

const labels = { "cspace.proxy.hash": "abc", "cspace.proxy.home": "/home/ada/.cspace" };

function container(
  name: string,
  options: { image?: string; running?: boolean; port?: string; labels?: Record<string, string> } = {},
): EngineContainerDetail {
  const { image = "traefik:v3.7.15", running = true, port } = options;
  return fakeDetail({
    Name: `/${name}`,
    Config: { Image: image, Labels: options.labels ?? labels, Tty: false },
    State: { Status: running ? "running" : "exited", ExitCode: 0 },
    HostConfig: { PortBindings: port === undefined ? {} : { "x/tcp": [{ HostIp: "127.0.0.1", HostPort: port }] } },
    NetworkSettings: {
      Networks: { "0--cspace": { NetworkID: "0" }, "cspace-b": { NetworkID: "1" }, "cspace-a": { NetworkID: "2" } },
    },
  });
}

const proxy = container("cspace-proxy", { port: "80" });
const dns = container("cspace-dns", { image: "coredns/coredns:1.15.0", port: "5300" });

test("a proxy that runs", async () => {
  expect(await readProxyState(fakeEngine({ details: { "cspace-proxy": proxy, "cspace-dns": dns } }))).toEqual({
    state: "running",
    proxyRunning: true,
    dnsRunning: true,
    httpPort: 80,
    httpsPort: null,
    dnsPort: 5300,
    hash: "abc",
    spec: "1",
    home: "/home/ada/.cspace",
    foreign: null,
    containers: ["cspace-proxy", "cspace-dns"],
    stuck: [],
    socketPath: null,
    selinux: false,
    networks: ["cspace-a", "cspace-b"],
    versions: { traefik: "3.7.15", coredns: "1.15.0" },
  });
});

test("a proxy whose labels name its ports", async () => {
  const named = { ...labels, "cspace.proxy.http": "8088", "cspace.proxy.https": "8443" };
  const details = { "cspace-proxy": container("cspace-proxy", { port: "8443", labels: named }), "cspace-dns": dns };
  expect(await readProxyState(fakeEngine({ details }))).toMatchObject({ httpPort: 8088, httpsPort: 8443 });
});

test("no proxy", async () => {
  expect(await readProxyState(fakeEngine())).toMatchObject({
    state: "stopped",
    httpPort: null,
    dnsPort: null,
    hash: null,
    home: null,
    networks: [],
    versions: { traefik: null, coredns: null },
  });
});

test.each([
  ["degraded", { "cspace-proxy": proxy }],
  ["degraded", { "cspace-dns": dns }],
  ["degraded", { "cspace-proxy": container("cspace-proxy", { running: false }), "cspace-dns": dns }],
  ["stopped", { "cspace-proxy": container("cspace-proxy", { running: false }) }],
] as const)("half of it: %s (%#)", async (state, details) => {
  expect((await readProxyState(fakeEngine({ details }))).state).toBe(state);
});

test("two renderings that differ have no hash in common", async () => {
  const other = container("cspace-dns", { labels: { ...labels, "cspace.proxy.hash": "def" } });
  expect(
    (await readProxyState(fakeEngine({ details: { "cspace-proxy": proxy, "cspace-dns": other } }))).hash,
  ).toBeNull();
});

test("a container that merely has the name is told", async () => {
  const details = { "cspace-proxy": proxy, "cspace-dns": container("cspace-dns", { labels: {} }) };
  expect((await readProxyState(fakeEngine({ details }))).foreign).toBe("cspace-dns");
});

test("what the proxy was made for is read from its container", async () => {
  const HostConfig = {
    ...proxy.HostConfig,
    Binds: [
      "/run/user/1000/docker.sock:/var/run/docker.sock:ro",
      "/home/ada/.cspace/proxy/dynamic:/etc/traefik/dynamic:ro",
    ],
    SecurityOpt: ["label=disable"],
  };
  const engine = fakeEngine({ details: { "cspace-proxy": { ...proxy, HostConfig } } });
  expect(await readProxyState(engine)).toMatchObject({ socketPath: "/run/user/1000/docker.sock", selinux: true });
});
