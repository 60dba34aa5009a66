import { defaultDomains, parseDomain } from "@cspace/hostnames";
import fc from "fast-check";
import { expect, test } from "vitest";
import { texts } from "./arbitraries.ts";

const longest = [..."abcd"].map((letter) => letter.repeat(61)).join(".");

test.each([
  ["cspace.local", "cspace.local"],
  ["CSPACE.Local", "cspace.local"],
  ["a.b", "a.b"],
  ["1.2.a3", "1.2.a3"],
  ["a--b.test", "a--b.test"],
  ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  [longest, longest],
])("%s is served as %s", (text, domain) => {
  expect(longest).toHaveLength(247);
  expect(parseDomain(text)).toBe(domain);
});

test.each([
  ["", "it is empty"],
  ["local", "multicast DNS (RFC 6762)"],
  ["localhost", "every name under .localhost means this machine"],
  ["TEST", "the whole of .test would be taken"],
  ["com", "the whole of .com would be sent to this machine"],
  ["constructor", "the whole of .constructor would be sent to this machine"],
  ["cspace.local.", "it ends with a dot"],
  [".", "it ends with a dot"],
  [".cspace.local", "a label of it is empty"],
  ["cspace..local", "a label of it is empty"],
  ["-a.local", 'the label "-a" begins or ends with a dash'],
  ["a-.local", 'the label "a-" begins or ends with a dash'],
  [`${"a".repeat(64)}.local`, "is longer than 63 characters"],
  [`a.${longest}`, "it is longer than 247 characters"],
  ["a_b.local", "only ASCII letters"],
  ["bücher.example", "only ASCII letters"],
  ["\u212aelvin.local", "only ASCII letters"],
  ["*.local", "only ASCII letters"],
  ["cspace.local\n", "only ASCII letters"],
  ["`) || Host(`*", "only ASCII letters"],
  ["127.0.0.1", "its last label is a number"],
  ["cspace.0x7f", "its last label is a number"],
  ["xn--a.example", "not valid Punycode"],
])("%j is refused: %s", (text, reason) => {
  expect(() => parseDomain(text)).toThrow(
    expect.objectContaining({ code: "CSPACE_DOMAIN_INVALID", message: expect.stringContaining(reason) }),
  );
});

test("the default domains are domains", () => {
  expect(defaultDomains.map((domain) => parseDomain(domain))).toEqual(["cspace.local", "cspace.localhost"]);
});

const domains = fc.oneof(
  fc.domain(),
  fc.string({ unit: fc.constantFrom(..."aZ09-.x"), maxLength: 12 }),
  fc.tuple(texts, texts).map((labels) => labels.join(".")),
);

test("whatever is taken is the host of its own URL, and is taken again unchanged", () => {
  fc.assert(
    fc.property(domains, (text) => {
      const domain = taken(text);
      if (domain === undefined) return;
      expect(domain).toMatch(/^[a-z0-9.-]+$/);
      expect(new URL(`http://a.b.c.${domain}`).hostname).toBe(`a.b.c.${domain}`);
      expect(parseDomain(domain)).toBe(domain);
    }),
    { numRuns: 1000 },
  );
});

test("ordinary domains are taken", () => {
  fc.assert(
    fc.property(fc.domain(), (domain) => {
      expect(parseDomain(domain)).toBe(domain.toLowerCase());
    }),
  );
});

function taken(text: string): string | undefined {
  try {
    return parseDomain(text);
  } catch (error) {
    expect(error).toMatchObject({ code: "CSPACE_DOMAIN_INVALID" });
    return undefined;
  }
}
