import { expect, test } from "vitest";
import { createOriginCheck, isOfContainer } from "../../src/answer/is-from-container.ts";

const networks = [
  {
    IPAM: {
      Config: [
        { Subnet: "10.210.0.0/22", Gateway: "10.210.0.1" },
        { Subnet: "fd00:1::/64", Gateway: "fd00:1::1" },
      ],
    },
  },
  // Of one that cspace made only the subnet was said.
  { IPAM: { Config: [{ Subnet: "10.211.0.64/26" }] } },
  { IPAM: { Config: [{ Subnet: "fd00:2::/64" }] } },
  { IPAM: null },
];

test.each([
  ["10.210.0.2", true],
  ["10.210.3.254", true],
  ["fd00:1::2", true],
  ["10.211.0.66", true],
  // The host's own requests come from here.
  ["10.210.0.1", false],
  ["10.211.0.65", false],
  ["fd00:1::1", false],
  ["fd00:2::1", false],
  ["fd00:2::2", true],
  ["192.168.65.1", false],
  ["10.210.4.1", false],
  ["nonsense", true],
])("whether %s is a container's", (address, expected) => {
  expect(isOfContainer(networks, address)).toBe(expected);
});

test("loopback is never a container's, and where no engine answers all others are taken for one", async () => {
  const check = createOriginCheck({
    ...{ env: {}, platform: "linux", engines: () => ["unix:///engine.sock"] },
    readNetworks: async () => {
      return [{ Id: "1", Name: "n", Driver: "bridge", ...networks[0] }];
    },
  });
  expect([await check("10.210.0.2"), await check("10.210.0.1"), await check("127.0.0.1")]).toEqual([
    true,
    false,
    false,
  ]);
  const other = createOriginCheck({
    ...{ env: {}, platform: "linux", engines: () => ["unix:///engine.sock"] },
    readNetworks: async () => Promise.reject(new Error("no engine")),
  });
  expect([await other("192.168.65.1"), await other("127.0.0.1"), await other("::1")]).toEqual([true, false, false]);
});

test("before any engine is looked after, the one that the environment names is asked", async () => {
  const asked: (string | undefined)[] = [];
  const check = createOriginCheck({
    ...{ env: {}, platform: "linux", engines: () => [] },
    readNetworks: async (endpoint) => {
      asked.push(endpoint);
      return [{ Id: "1", Name: "n", Driver: "bridge", ...networks[0] }];
    },
  });
  expect([await check("10.210.0.2"), await check("10.210.0.1")]).toEqual([true, false]);
  expect(asked).toEqual([undefined]);
});
