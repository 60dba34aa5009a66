import { allocateSubnets } from "@cspace/compose";
import { expect, test } from "vitest";
import { fakeContainer, fakeEngine, fakeNetwork } from "../fake-engine.ts";

// Reserved for documentation (RFC 5737), so no machine routes to it.
const pool = "203.0.113.0/24";
const first = "203.0.113.0/26";

test("the next free ones, past the engine's networks and what is promised to others", async () => {
  const engine = fakeEngine({
    networks: [fakeNetwork("bridge", { subnet: "172.17.0.0/16" }), fakeNetwork("a", { subnet: first })],
  });
  expect(await allocateSubnets([26], { engine, pool })).toEqual(["203.0.113.64/26"]);
  const reserved = ["203.0.113.64/26"];
  expect(await allocateSubnets([26, 26], { engine, pool, reserved })).toEqual(["203.0.113.128/26", "203.0.113.192/26"]);
});

test("none are wanted: nobody is asked", async () => {
  const engine = { ...fakeEngine(), listNetworks: () => Promise.reject(new Error("asked")) };
  expect(await allocateSubnets([], { engine, pool })).toEqual([]);
});

test("networks that were read already are not read again, and those without a subnet are no hindrance", async () => {
  const engine = { ...fakeEngine(), listNetworks: () => Promise.reject(new Error("asked")) };
  const networks = [
    { ...fakeNetwork("host"), IPAM: null },
    { ...fakeNetwork("none"), IPAM: { Config: null } },
  ];
  expect(await allocateSubnets([26], { engine, pool, networks })).toEqual([first]);
});

test("a pool that is used up: it names the networks that nothing is on, the proxy left aside", async () => {
  const networks = ["a", "b", "c", "d"].map((name, index) =>
    fakeNetwork(name, { subnet: `203.0.113.${index * 64}/26` }),
  );
  const on = (name: string): { Networks: Record<string, { NetworkID: string }> } => ({
    Networks: { [name]: { NetworkID: "" } },
  });
  const containers = [
    fakeContainer({
      name: "cspace-proxy",
      NetworkSettings: { Networks: { ...on("a").Networks, ...on("b").Networks } },
    }),
    fakeContainer({ name: "app", State: "exited", NetworkSettings: on("c") }),
  ];
  await expect(allocateSubnets([26, 26], { engine: fakeEngine({ networks, containers }), pool })).rejects.toMatchObject(
    {
      code: "CSPACE_NETWORK_POOL_EXHAUSTED",
      message: "the network pool 203.0.113.0/24 has no free /26 left (2 needed); nothing uses the networks a, b, d",
      hint: "remove them: docker network disconnect -f a cspace-proxy && docker network disconnect -f b cspace-proxy && docker network rm a b d",
    },
  );
});

test("a pool that is used up, and everything is in use", async () => {
  const networks = [fakeNetwork("a", { subnet: "203.0.113.0/24" })];
  const containers = [fakeContainer({ NetworkSettings: { Networks: { a: { NetworkID: "" } } } })];
  await expect(allocateSubnets([26], { engine: fakeEngine({ networks, containers }), pool })).rejects.toMatchObject({
    message: "the network pool 203.0.113.0/24 has no free /26 left (1 needed); in use are the networks a",
    hint: expect.stringContaining("cspace down"),
  });
});

test("a pool that the host itself routes elsewhere: the route is named, and another pool", async () => {
  await expect(allocateSubnets([26], { engine: fakeEngine(), pool: "127.0.0.0/16" })).rejects.toMatchObject({
    message: expect.stringMatching(
      /^this host's route 127\.0\.0\.\d\/8 takes all of the network pool 127\.0\.0\.0\/16$/,
    ),
    hint: expect.stringContaining("networkPool"),
  });
});
