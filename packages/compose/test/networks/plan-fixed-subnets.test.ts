import type { ComposeModel } from "@cspace/compose";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { renderOverride } from "../../src/instance/render-override.ts";
import { planFixedSubnets, replaceAddresses } from "../../src/networks/plan-fixed-subnets.ts";
import { aPlan, record } from "../instance/a-plan.ts";

function modelOf(service: object, network: object = {}, rest: object = {}): ComposeModel {
  const config = [{ subnet: "172.31.240.0/24" }];
  return {
    services: { web: { image: "i", networks: { lab: { ipv4_address: "172.31.240.10" } }, ...service } },
    networks: { lab: { name: "p_lab", ipam: { config }, ...network } },
    ...rest,
  };
}

describe("a subnet of the user's is moved", () => {
  test.each([
    ["in its environment", { environment: { URL: "http://172.31.240.10:80/" } }],
    ["in its command", { command: ["ping", "172.31.240.10"] }],
    ["in its hosts and servers of names", { extra_hosts: ["db=172.31.240.10"], dns: ["172.31.240.10"] }],
    ["in its health check", { healthcheck: { test: ["CMD", "nc", "172.31.240.10", "80"] } }],
    ["of another network", { labels: { a: "172.31.241.10", b: "1.172.31.240.10" } }],
  ])("with an address %s", (_, service) => {
    expect(planFixedSubnets(modelOf(service))).toEqual({
      moved: { lab: { subnet: "172.31.240.0/24", prefix: 26 } },
      kept: {},
    });
  });

  test.each([
    [62, 26],
    [63, 25],
    [126, 25],
    [127, 24],
    [254, 24],
  ])("into one that is large enough for the address %d: a /%d", (last, prefix) => {
    const model = modelOf({ networks: { lab: { ipv4_address: `172.31.240.${last}` } } });
    expect(planFixedSubnets(model).moved.lab?.prefix).toBe(prefix);
  });

  test("networks without a subnet, and those of others, are none of it", () => {
    expect(planFixedSubnets(modelOf({}, { ipam: {} }))).toEqual({ moved: {}, kept: {} });
    expect(planFixedSubnets(modelOf({}, { external: true }))).toEqual({ moved: {}, kept: {} });
  });
});

describe("a subnet stays", () => {
  test.each([
    ["services.web.labels.to names 172.31.240.10", { labels: { to: "172.31.240.10" } }, {}, {}],
    ["configs.c.content names 172.31.240.7", {}, {}, { configs: { c: { content: "listen 172.31.240.7;" } } }],
    ["its driver is macvlan", {}, { driver: "macvlan" }, {}],
    ["it has several subnets", {}, { ipam: { config: [{ subnet: "172.31.240.0/24" }, { subnet: "fd00::/64" }] } }, {}],
    ["fd00::/64 is no IPv4 network", {}, { ipam: { config: [{ subnet: "fd00::/64" }] } }, {}],
  ])("where %s", (why, service, network, rest) => {
    const { moved, kept } = planFixedSubnets(modelOf(service, network, rest));
    expect([moved, kept.lab?.why]).toEqual([{}, why]);
  });

  test("where a file that is mounted names an address of it", () => {
    const { kept } = planFixedSubnets(modelOf({}), { "/shop/nginx.conf": "proxy_pass http://172.31.240.10:80;" });
    expect(kept.lab?.why).toBe("/shop/nginx.conf names 172.31.240.10");
    expect(planFixedSubnets(modelOf({}), { "/shop/nginx.conf": "172.31.241.10" }).kept).toEqual({});
  });
});

test("the override replaces what the user's files say, address by address", async () => {
  const config = [
    {
      subnet: "172.31.240.0/24",
      gateway: "172.31.240.1",
      ip_range: "172.31.240.32/27",
      aux_addresses: { router: "172.31.240.9" },
    },
  ];
  const service = {
    ports: [{ target: 3000 }],
    command: ["sh", "-c", "echo $$HOME 172.31.240.10"],
    environment: { URL: "http://172.31.240.10", OTHER: "x" },
    extra_hosts: ["me=172.31.240.10"],
  };
  const model = modelOf(service, { ipam: { config } });
  const plan = aPlan({ model, routes: [{ label: "web", service: "web", port: 3000 }] });
  expect(plan.subnetNetworks).toEqual({ lab: "resume-redux--mercury_lab" });
  const text = await renderOverride(plan, { record, subnets: { lab: "10.213.0.64/26" } });
  expect(text).toContain("config: !override");
  expect(text).toContain("extra_hosts: !override");
  const { services, networks } = parse(text, { logLevel: "silent" });
  expect(networks.lab.ipam.config).toEqual([
    {
      subnet: "10.213.0.64/26",
      gateway: "10.213.0.65",
      aux_addresses: { router: "10.213.0.73" },
      ip_range: "10.213.0.96/27",
    },
  ]);
  expect(services.web).toMatchObject({
    command: ["sh", "-c", "echo $$HOME 10.213.0.74"],
    environment: { URL: "http://10.213.0.74", CSPACE_INSTANCE: "mercury" },
    extra_hosts: ["me=10.213.0.74"],
    networks: { lab: { ipv4_address: "10.213.0.74" } },
  });
});

test.each([
  ["172.31.240.10", "X"],
  ["172.31.240.100:80,172.31.240.10", "X:80,X"],
  ["172.31.240.10.example", "X.example"],
  ["9172.31.240.10 172.31.240.1000 1.2.172.31.240.10", "9172.31.240.10 172.31.240.1000 1.2.172.31.240.10"],
])("addresses in %j", (text, replaced) => {
  expect(replaceAddresses(text, "172.31.240.0/24", () => "X")).toBe(replaced);
});
