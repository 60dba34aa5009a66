import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureCatchAll, findGatewayAddress, homePaths, removeCatchAll, renderCatchAll } from "@cspace/compose";
import { expect, test } from "vitest";
import { fakeEngine, fakeNetwork } from "../fake-engine.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const domains = ["cspace.local", "cspace.localhost"];
const own = {
  ...fakeNetwork("0--cspace"),
  IPAM: { Config: [{ Subnet: "10.213.0.0/26", Gateway: "10.213.0.1" }] },
};
const interfaces = (address: string) => ({
  br0: [{ address, netmask: "", family: "IPv4" as const, mac: "", internal: false, cidr: null }],
});

test("every name under the domains, behind whatever a container claims", () => {
  expect(JSON.parse(renderCatchAll(domains, "http://10.213.0.1:8088"))).toMatchInlineSnapshot(`
    {
      "http": {
        "middlewares": {
          "cspace-error": {
            "errors": {
              "query": "/.well-known/cspace/error?status={status}",
              "service": "cspace-gateway",
              "status": [
                "502",
                "504",
              ],
            },
          },
          "cspace-gateway-identity-plain": {
            "headers": {
              "customRequestHeaders": {
                "Accept-Encoding": "identity",
              },
            },
          },
          "cspace-gateway-plain": {
            "headers": {
              "customRequestHeaders": {
                "Accept-Encoding": "identity",
              },
            },
          },
          "cspace-icon": {
            "errors": {
              "query": "/.well-known/cspace/icon",
              "service": "cspace-gateway",
              "status": [
                "404",
              ],
              "statusRewrites": {
                "404": 200,
              },
            },
          },
        },
        "routers": {
          "cspace-gateway": {
            "entryPoints": [
              "web",
              "websecure",
            ],
            "priority": 1,
            "rule": "HostRegexp(\`^.+\\.(cspace\\.local|cspace\\.localhost)$\`)",
            "service": "cspace-gateway",
          },
          "cspace-gateway-identity": {
            "entryPoints": [
              "web",
              "websecure",
            ],
            "priority": 1200000000,
            "rule": "HostRegexp(\`^.+\\.(cspace\\.local|cspace\\.localhost)$\`) && Path(\`/.well-known/cspace\`)",
            "service": "cspace-gateway",
          },
          "cspace-gateway-identity-plain": {
            "entryPoints": [
              "web",
              "websecure",
            ],
            "middlewares": [
              "cspace-gateway-identity-plain",
            ],
            "priority": 1200000001,
            "rule": "(HostRegexp(\`^.+\\.(cspace\\.local|cspace\\.localhost)$\`) && Path(\`/.well-known/cspace\`)) && !HeaderRegexp(\`Accept-Encoding\`, \`.\`)",
            "service": "cspace-gateway",
          },
          "cspace-gateway-plain": {
            "entryPoints": [
              "web",
              "websecure",
            ],
            "middlewares": [
              "cspace-gateway-plain",
            ],
            "priority": 2,
            "rule": "(HostRegexp(\`^.+\\.(cspace\\.local|cspace\\.localhost)$\`)) && !HeaderRegexp(\`Accept-Encoding\`, \`.\`)",
            "service": "cspace-gateway",
          },
        },
        "services": {
          "cspace-gateway": {
            "loadBalancer": {
              "servers": [
                {
                  "url": "http://10.213.0.1:8088",
                },
              ],
            },
          },
        },
      },
    }
  `);
});

test("the first address of the proxy's network where that is this host's, else the engine's name for the host", () => {
  expect(findGatewayAddress([own], { interfaces: interfaces("10.213.0.1") })).toEqual({
    host: "10.213.0.1",
    further: { address: "10.213.0.1", peers: ["10.213.0.0/26"] },
  });
  const unsaid = { ...own, IPAM: { Config: [{ Subnet: "10.213.0.64/26" }] } };
  expect(findGatewayAddress([unsaid], { interfaces: interfaces("10.213.0.65") }).host).toBe("10.213.0.65");
  const elsewhere = { host: "host.docker.internal", further: null };
  expect(findGatewayAddress([own], { interfaces: interfaces("192.0.2.1") })).toEqual(elsewhere);
  expect(findGatewayAddress([], { interfaces: interfaces("10.213.0.1") })).toEqual(elsewhere);
});

test("Traefik is told when the file is another, and only then", async () => {
  const paths = homePaths({ env: { CSPACE_HOME: await temporaryDirectory() } });
  await mkdir(join(paths.proxy, "dynamic"), { recursive: true });
  await chmod(join(paths.proxy, "dynamic"), 0o755);
  const engine = fakeEngine();
  const file = join(paths.proxy, "dynamic/gateway.yml");
  expect(await ensureCatchAll(engine, paths, { domains, url: "http://a:1" })).toBe(true);
  expect(await ensureCatchAll(engine, paths, { domains, url: "http://a:1" })).toBe(false);
  expect(await readFile(file, "utf8")).toBe(renderCatchAll(domains, "http://a:1"));
  expect(await ensureCatchAll(engine, paths, { domains, url: "http://a:2" })).toBe(true);
  expect(await removeCatchAll(engine, paths)).toBe(true);
  expect(await removeCatchAll(engine, paths)).toBe(false);
  expect(engine.calls).toEqual(Array(3).fill("signal cspace-proxy SIGHUP"));
});
