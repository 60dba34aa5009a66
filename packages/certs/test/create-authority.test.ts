import { createAuthority, readAuthority } from "@cspace/certs";
import { expect, test } from "vitest";
import { makeUnconstrained, printWithOpenssl } from "./verify.ts";

const domains = ["cspace.local", "cspace.localhost"];
const now = new Date("2026-03-01T12:00:00Z");
const authority = await createAuthority({ domains, now });

test("a root can sign for the domains only, for servers only, and for no further authority", () => {
  const text = printWithOpenssl(authority.certificate);
  expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
  expect(text).toMatch(/X509v3 Key Usage: critical\s+Certificate Sign, CRL Sign/);
  expect(text).toMatch(
    /X509v3 Name Constraints: critical\s+Permitted:\s+DNS:cspace.local\s+DNS:cspace.localhost\s+Excluded:\s+IP:0.0.0.0\/0.0.0.0\s+IP:0:0:0:0:0:0:0:0\/0:0:0:0:0:0:0:0/,
  );
  expect(text).toMatch(/X509v3 Extended Key Usage:\s+TLS Web Server Authentication/);
  expect(text).toMatch(/X509v3 Subject Key Identifier/);
  expect(text).toContain("ASN1 OID: prime256v1");
});

test("a root is valid from an hour before for ten years", () => {
  expect(authority.notBefore.toISOString()).toBe("2026-03-01T11:00:00.000Z");
  expect(authority.notAfter.toISOString()).toBe("2036-02-29T11:00:00.000Z");
});

test("two roots have two names, two keys and two numbers", async () => {
  const other = await createAuthority({ domains, now });
  expect(other.fingerprint).not.toBe(authority.fingerprint);
  const nameOf = (text: string): string | undefined => /Subject: (.*)/.exec(printWithOpenssl(text))?.[1];
  expect(nameOf(other.certificate)).not.toBe(nameOf(authority.certificate));
});

test("what was made can be read again", async () => {
  expect(await readAuthority(authority)).toEqual(authority);
});

test.each([
  ["nothing", { certificate: "", key: "" }],
  ["no key", { ...authority, key: "" }],
  ["half a certificate", { ...authority, certificate: authority.certificate.slice(0, 200) }],
  ["the key of another", { ...authority, key: (await createAuthority({ domains })).key }],
])("%s is no authority", async (_, pair) => {
  expect(await readAuthority(pair)).toBeUndefined();
});

test("an authority without constraints is none of ours", async () => {
  expect(await readAuthority(makeUnconstrained())).toBeUndefined();
});

test("a root without a domain, or for what is no domain, is never made", async () => {
  await expect(createAuthority({ domains: [] })).rejects.toThrow(RangeError);
  await expect(createAuthority({ domains: ["com"] })).rejects.toMatchObject({ code: "CSPACE_DOMAIN_INVALID" });
});
