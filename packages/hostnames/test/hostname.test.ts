import { buildHostname, parseHostname } from "@cspace/hostnames";
import fc from "fast-check";
import { expect, test } from "vitest";
import { routes, texts } from "./arbitraries.ts";

const route = { label: "dev", instance: "mercury", project: "resume-redux" };
const domains = ["cspace.local", "cspace.localhost", "a.cspace.local"];

test("a hostname reads label, instance, project, domain", () => {
  expect(buildHostname(route)).toBe("dev.mercury.resume-redux.cspace.local");
  expect(buildHostname(route, { domain: "Cspace.Localhost" })).toBe("dev.mercury.resume-redux.cspace.localhost");
});

test.each(["label", "instance", "project"])("a bad %s is named", (part) => {
  expect(() => buildHostname({ ...route, [part]: "a.b" })).toThrow(
    expect.objectContaining({ code: "CSPACE_NAME_INVALID", message: expect.stringContaining(`the ${part} "a.b"`) }),
  );
});

test("a bad domain is refused", () => {
  expect(() => buildHostname(route, { domain: "local" })).toThrow(
    expect.objectContaining({ code: "CSPACE_DOMAIN_INVALID" }),
  );
});

test("253 characters fit, 254 do not", () => {
  const long = { label: "a".repeat(63), instance: "b".repeat(63), project: "c".repeat(63) };
  expect(buildHostname(long, { domain: `${"d".repeat(55)}.local` })).toHaveLength(253);
  expect(() => buildHostname(long, { domain: `${"d".repeat(56)}.local` })).toThrow(
    expect.objectContaining({ code: "CSPACE_HOSTNAME_TOO_LONG", message: expect.stringContaining("254") }),
  );
});

test("parsing gives back what was built, in any case and with a trailing dot", () => {
  fc.assert(
    fc.property(
      routes,
      fc.constantFrom(...domains),
      fc.boolean(),
      fc.constantFrom("", "."),
      (name, domain, up, dot) => {
        const hostname = buildHostname(name, { domain });
        const typed = (up ? hostname.toUpperCase() : hostname) + dot;
        expect(parseHostname(typed, { domains })).toEqual({ ...name, domain });
      },
    ),
  );
});

test("different routes have different hostnames", () => {
  fc.assert(
    fc.property(routes, routes, (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      expect(buildHostname(one)).not.toBe(buildHostname(other));
    }),
  );
});

test("what parses is what its parts build", () => {
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 4 }), (parts) => {
      const hostname = [...parts, "cspace.local"].join(".");
      const parsed = parseHostname(hostname);
      if (parsed !== undefined) expect(buildHostname(parsed, parsed)).toBe(hostname.toLowerCase());
    }),
  );
});

test.each([
  "",
  ".",
  "cspace.local",
  "resume-redux.cspace.local",
  "mercury.resume-redux.cspace.local",
  "a.dev.mercury.resume-redux.cspace.local",
  "dev.mercury.resume-redux.cspace.local..",
  "dev.mercury.resume-redux.cspace.local:80",
  "dev.mercury.resume-redux.example.com",
  "dev.mercury.resume-redux.xcspace.local",
  "dev.mercury.resume--redux.cspace.local",
  "dev..resume-redux.cspace.local",
  "dev.mercury.\u212a.cspace.local",
  `${"a".repeat(64)}.mercury.resume-redux.cspace.local`,
])("%j is none of ours", (hostname) => {
  expect(parseHostname(hostname)).toBeUndefined();
});

test("a name over 253 characters is none of ours", () => {
  const slug = "a".repeat(63);
  const domain = `${slug}.local`;
  expect(parseHostname(`${slug}.${slug}.${slug}.${domain}`, { domains: [domain] })).toBeUndefined();
});

test("a domain that cannot be served is an error, not a mismatch", () => {
  expect(() => parseHostname("a.b.c.local", { domains: ["local"] })).toThrow(
    expect.objectContaining({ code: "CSPACE_DOMAIN_INVALID" }),
  );
});
