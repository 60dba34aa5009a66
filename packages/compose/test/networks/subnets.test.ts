import { freeSubnets, parsePool } from "@cspace/compose";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { overlaps } from "../../src/networks/subnets.ts";

describe("a pool", () => {
  test("is cut to its network", () => {
    expect(parsePool("10.213.7.9/16")).toEqual({ cidr: "10.213.0.0/16", prefix: 16 });
  });

  test.each([
    "",
    "10.213.0.0",
    "10.213.0.0/27",
    "10.0.0.0/7",
    "10.213.0.0/x",
    "fd00::/48",
    "300.0.0.0/16",
    "10.0.0.0/16/16",
  ])("%j is none", (text) => {
    expect(() => parsePool(text)).toThrow(expect.objectContaining({ code: "CSPACE_NETWORK_POOL_INVALID" }));
  });
});

describe("free subnets", () => {
  test("come in order and end with the pool", () => {
    expect([...freeSubnets("10.213.0.0/24", [])]).toEqual([
      "10.213.0.0/26",
      "10.213.0.64/26",
      "10.213.0.128/26",
      "10.213.0.192/26",
    ]);
    expect([...freeSubnets("10.213.5.0/26", [])]).toEqual(["10.213.5.0/26"]);
    expect([...freeSubnets("255.255.255.0/24", [])].at(-1)).toBe("255.255.255.192/26");
  });

  test("leave out what overlaps, larger, equal or smaller", () => {
    expect([...freeSubnets("10.213.0.0/24", ["10.213.0.0/25"])]).toEqual(["10.213.0.128/26", "10.213.0.192/26"]);
    expect([...freeSubnets("10.213.0.0/24", ["10.213.0.70/32", "10.213.0.255/32"])]).toEqual([
      "10.213.0.0/26",
      "10.213.0.128/26",
    ]);
    expect([...freeSubnets("10.213.0.0/24", ["10.0.0.0/8"])]).toEqual([]);
  });

  test("what is no IPv4 network stands in nobody's way", () => {
    expect([...freeSubnets("10.213.0.0/26", ["fd00::/8", "nonsense", ""])]).toEqual(["10.213.0.0/26"]);
  });

  test("none overlaps what is taken, nor another one (property)", () => {
    const cidr = fc
      .tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 14, max: 32 }))
      .map(([c, d, prefix]) => `10.213.${c}.${d}/${prefix}`);
    fc.assert(
      fc.property(fc.array(cidr, { maxLength: 6 }), (taken) => {
        const free = [...freeSubnets("10.213.0.0/18", taken)];
        for (const one of free) for (const other of taken) expect(overlaps(one, other)).toBe(false);
        expect(new Set(free).size).toBe(free.length);
        const all = [...freeSubnets("10.213.0.0/18", [])];
        const missing = all.filter((one) => !free.includes(one));
        for (const one of missing) expect(taken.some((other) => overlaps(one, other))).toBe(true);
      }),
    );
  });
});
