import { defaultDomains } from "@cspace/hostnames";
import { expect, test } from "vitest";
import { chooseDomains } from "../../src/setup/choose-domains.ts";

test("without a wish everything stays", () => {
  expect(chooseDomains(defaultDomains, undefined)).toBe(defaultDomains);
});

test("a new domain is the first, and those of browsers stay behind it", () => {
  expect(chooseDomains(["cspace.local", "cspace.localhost", "b.localhost"], "Dev.Test")).toEqual([
    "dev.test",
    "cspace.localhost",
    "b.localhost",
  ]);
  expect(chooseDomains(["cspace.local"], "dev.test")).toEqual(["dev.test"]);
  expect(chooseDomains(["cspace.local", "cspace.localhost"], "cspace.localhost")).toEqual(["cspace.localhost"]);
});

test("one that is the first already changes nothing, not even domains that nobody asked about", () => {
  const served = ["dev.test", "other.test", "cspace.localhost"];
  expect(chooseDomains(served, "dev.test")).toBe(served);
});

test.each(["local", "", "a_b.test", "-a.test"])("%j is none", (domain) => {
  expect(() => chooseDomains(defaultDomains, domain)).toThrow(
    expect.objectContaining({ code: "CSPACE_DOMAIN_INVALID" }),
  );
});
