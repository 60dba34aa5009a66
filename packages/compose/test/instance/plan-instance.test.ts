import type { ComposeModel, ComposeService, InstancePlan, ServiceOverride } from "@cspace/compose";
import { describe, expect, test } from "vitest";
import { aPlan, model } from "./a-plan.ts";

/** The override of one service, `app`, that has the route `dev` at port 3000 unless told otherwise. */
function overrideOf(
  service: ComposeService,
  options: { routed?: boolean; networks?: ComposeModel["networks"] } = {},
): ServiceOverride {
  const { routed = true, networks = {} } = options;
  const routes = routed ? [{ label: "dev", service: "app", port: 3000 }] : [];
  return aPlan({ model: { services: { app: service }, networks }, routes }).services.app as ServiceOverride;
}

test("the names of an instance", () => {
  const { composeProject, network, hostnames, routes } = aPlan();
  expect({ composeProject, network, hostnames }).toEqual({
    composeProject: "resume-redux--mercury",
    network: "cspace-resume-redux",
    hostnames: ["dev.mercury.resume-redux.cspace.local", "dev.mercury.resume-redux.cspace.localhost"],
  });
  expect(routes).toEqual([{ label: "dev", instance: "mercury", project: "resume-redux", service: "app", port: 3000 }]);
});

test("every container says whose it is, routed ones also how they are reached", () => {
  const { services, hashes } = aPlan();
  expect(services.db?.labels).toEqual({
    "cspace.managed": "true",
    "cspace.spec": "1",
    "cspace.project": "resume-redux",
    "cspace.instance": "mercury",
    "cspace.project.name": "Résumé Redux",
    "cspace.instance.name": "mercury",
    "cspace.directory": "/home/ada/resume-redux",
    "cspace.directory.id": "5ykub-dn5rg36pnunm",
    "cspace.repository": "/home/ada/resume-redux/.git",
    "cspace.repository.id": "5ykuc-dn5rg36pnunm",
    "cspace.domain": "cspace.localhost",
    "cspace.plan": hashes.db,
  });
  expect(services.app?.labels).toMatchObject({ "cspace.route.dev": "3000", "traefik.enable": "true" });
  expect(Object.keys(services.db?.labels ?? {}).filter((key) => key.startsWith("traefik."))).toEqual([]);
  for (const { environment } of Object.values(services)) expect(environment).toEqual({ CSPACE_INSTANCE: "mercury" });
});

describe("published ports", () => {
  test("every route's and every one that the user published, on a port of the loopback that Docker chooses", () => {
    const ports = [
      { target: 4173 },
      { target: 3000 },
      { target: 9000, protocol: "udp" },
      { target: 3000, protocol: "udp" },
    ];
    expect(overrideOf({ ports }).ports).toEqual([
      "127.0.0.1::3000",
      "127.0.0.1::4173",
      "127.0.0.1::9000/udp",
      "127.0.0.1::3000/udp",
    ]);
  });

  test("a port in several ranges of the user's is published once", () => {
    expect(overrideOf({ ports: [{ target: 80 }, { target: 80 }] }, { routed: false }).ports).toEqual(["127.0.0.1::80"]);
  });

  test("what is exposed is published as well, TCP only, and of a range no more than sixteen", () => {
    const expose = ["3000", "4000-4002", "5000/udp", "6000-6999"];
    const ports = overrideOf({ expose }, { routed: false }).ports ?? [];
    expect(ports.slice(0, 4)).toEqual(["127.0.0.1::3000", "127.0.0.1::4000", "127.0.0.1::4001", "127.0.0.1::4002"]);
    expect(ports).toHaveLength(4 + 16);
    expect(overrideOf({}, { routed: false }).ports).toBeNull();
  });

  test("the list is taken back from a service that has the host's network, or another's", () => {
    expect(overrideOf({ network_mode: "host", ports: [{ target: 80 }] }, { routed: false }).ports).toEqual([]);
    expect(overrideOf({ network_mode: "service:db" }, { routed: false }).ports).toBeNull();
  });
});

describe("names that would clash between instances", () => {
  test("container_name is taken back, and stays a name on the instance's own networks", () => {
    const service = { container_name: "redux", networks: { default: null, back: { aliases: ["api"] } } };
    expect(overrideOf(service, { routed: false })).toMatchObject({
      reset: ["container_name"],
      networks: { default: { aliases: ["redux"] }, back: { aliases: ["redux"] } },
    });
  });

  test("hostname and domainname become aliases on a routed service, and are left alone on another", () => {
    const service = { hostname: "app", domainname: "corp.test", networks: { default: null } };
    expect(overrideOf(service)).toMatchObject({
      reset: ["hostname", "domainname"],
      networks: { default: { aliases: ["app", "app.corp.test"] } },
    });
    expect(overrideOf(service, { routed: false })).toMatchObject({ reset: [], networks: {} });
  });

  test("a network of a fixed name becomes the instance's own; an external one stays what it is", () => {
    const networks = {
      default: { name: "resume-redux--mercury_default" },
      back: { name: "shared-by-mistake" },
      corp: { name: "corp", external: true },
    };
    const plan = aPlan({ model: { ...model, networks } });
    expect(plan.networks).toEqual({ back: { name: "resume-redux--mercury_back" } });
    expect(plan.subnetNetworks).toEqual({
      default: "resume-redux--mercury_default",
      back: "resume-redux--mercury_back",
    });
  });

  test("networks with a driver of the user's keep it; those with a subnet of his get one of the instance's", () => {
    const networks = {
      fixed: { ipam: { config: [{ subnet: "10.9.0.0/24" }] } },
      empty: { ipam: {} },
      bridge: { driver: "bridge" },
      overlay: { driver: "macvlan" },
    };
    expect(Object.keys(aPlan({ model: { ...model, networks } }).subnetNetworks)).toEqual(["fixed", "empty", "bridge"]);
  });
});

test.each([
  ["none", "has no network at all"],
  ["container:x", "uses the network of a container that is not the instance's"],
])("a route to a service with network_mode %s is refused", (network_mode, why) => {
  expect(() => overrideOf({ network_mode })).toThrow(
    expect.objectContaining({
      code: "CSPACE_ROUTE_UNREACHABLE",
      message: `the route dev cannot reach the service app, which ${why} (network_mode: ${network_mode})`,
    }),
  );
});

test("a service in another one's network is served by that one, through any number of them", () => {
  const services = {
    vpn: { ports: [{ target: 3000 }], networks: { default: null } },
    between: { network_mode: "service:vpn" },
    app: { network_mode: "service:between" },
  };
  const plan = aPlan({ model: { ...model, services } });
  expect(plan.routes).toMatchObject([{ label: "dev", service: "vpn", port: 3000 }]);
  expect(plan.services.vpn?.labels).toHaveProperty(["cspace.route.dev"], "3000");
  expect(plan.services.app?.labels).not.toHaveProperty(["cspace.route.dev"]);
});

test("a service on the host's network is served without ports and networks of its own", () => {
  const { labels, ports, networks } = overrideOf({ network_mode: "host" });
  expect([labels["cspace.route.dev"], ports, networks]).toEqual(["3000", null, {}]);
});

describe("the hash of a service", () => {
  const base = aPlan();
  const changed = (plan: InstancePlan): string[] =>
    Object.keys(base.hashes).filter((service) => plan.hashes[service] !== base.hashes[service]);
  const withService = (name: string, change: ComposeService): ComposeModel => ({
    ...model,
    services: { ...model.services, [name]: { ...model.services[name], ...change } },
  });

  test("is the same for the same", () => {
    expect(aPlan({ model: structuredClone(model) }).hashes).toEqual(base.hashes);
    for (const hash of Object.values(base.hashes)) expect(hash).toMatch(/^[0-9a-f]{16}$/);
  });

  test("follows its own service alone", () => {
    expect(changed(aPlan({ model: withService("db", { image: "postgres:17" }) }))).toEqual(["db"]);
    expect(changed(aPlan({ routes: [{ label: "dev", service: "app", port: 4173 }] }))).toEqual(["app"]);
  });

  test("follows what all share", () => {
    expect(changed(aPlan({ environment: { CSPACE_INSTANCE: "mercury", X: "1" } }))).toEqual(["app", "db", "migrate"]);
    expect(changed(aPlan({ browserDomain: "cspace.local" }))).toEqual(["app", "db", "migrate"]);
    expect(changed(aPlan({ domains: ["cspace.local"] }))).toEqual(["app"]);
  });

  test.each(["volumes", "configs", "secrets"] as const)("follows the %s that it uses", (section) => {
    const use = withService("db", { [section]: [{ source: "data" }] });
    const one = aPlan({ model: { ...use, [section]: { data: { a: 1 } } } });
    const other = aPlan({ model: { ...use, [section]: { data: { a: 2 } } } });
    const differs = Object.keys(one.hashes).filter((service) => one.hashes[service] !== other.hashes[service]);
    expect(differs).toEqual(["db"]);
  });
});

test("a volume with a fixed name is this instance's alone, unless it is external", () => {
  const volumes = {
    data: { name: "pgdata" },
    cache: { name: "resume-redux--mercury_cache" },
    shared: { name: "shared", external: true },
  };
  expect(aPlan({ model: { ...model, volumes } }).volumes).toEqual({ data: { name: "resume-redux--mercury_data" } });
});

test("a fixed container name is no alias on an external network, where another instance may be", () => {
  const plan = aPlan({
    model: {
      services: { app: { ports: [{ target: 3000 }], container_name: "redux", networks: { default: null, lan: null } } },
      networks: { default: { name: "resume-redux--mercury_default" }, lan: { name: "lan", external: true } },
    },
  });
  expect(plan.services.app?.networks).toEqual({ default: { aliases: ["redux"] }, "lan-own": { aliases: ["redux"] } });
  expect(plan.networks).toEqual({ "lan-own": { name: "resume-redux--mercury_lan-own" } });
  expect(plan.subnetNetworks).toHaveProperty("lan-own");
  expect(plan.sharedNames).toEqual({ app: { lan: ["app.mercury.resume-redux"] } });
});
