import { createPrivateKey, X509Certificate } from "node:crypto";
import { createAuthority, readAuthority } from "@cspace/certs";
import { expect, test } from "vitest";
import { makeUnconstrained, printWithOpenssl, verifyWithOpenssl } from "./verify.ts";

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

test("what is trusted is an anchor above it, with the same constraints, whose key is nowhere", () => {
  const [anchor, bridge, root] = [authority.anchor, authority.bridge, authority.certificate].map(printWithOpenssl);
  expect(anchor).toMatch(/X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:1/);
  for (const text of [bridge, root]) expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
  const partOf = (text: string | undefined, what: RegExp): string | undefined => what.exec(text ?? "")?.[0];
  for (const text of [anchor, bridge]) {
    expect(partOf(text, /Name Constraints: critical[\s\S]*?Extended/)).toBe(
      partOf(root, /Name Constraints: critical[\s\S]*?Extended/),
    );
  }
  const keyOf = (text: string | undefined): string | undefined => partOf(text, /pub:[\s\S]*?ASN1/);
  expect(keyOf(bridge)).toBe(keyOf(root));
  expect(keyOf(anchor)).not.toBe(keyOf(root));
  expect(new X509Certificate(authority.anchor).checkPrivateKey(createPrivateKey(authority.key))).toBe(false);
  expect(verifyWithOpenssl(authority.anchor, authority.bridge, { at: now, purpose: "any" })).toBe("OK");
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
  ["nothing", { certificate: "", key: "", anchor: "", bridge: "" }],
  ["no key", { ...authority, key: "" }],
  ["half a certificate", { ...authority, certificate: authority.certificate.slice(0, 200) }],
  ["the anchor of another", { ...authority, anchor: (await createAuthority({ domains })).anchor }],
  ["no bridge", { ...authority, bridge: "" }],
  ["the key of another", { ...authority, key: (await createAuthority({ domains })).key }],
])("%s is no authority", async (_, pair) => {
  expect(await readAuthority(pair)).toBeUndefined();
});

test("an authority without constraints is none of ours", async () => {
  const made = makeUnconstrained();
  const unconstrained = { ...made, anchor: made.certificate, bridge: made.certificate };
  expect(await readAuthority(unconstrained)).toBeUndefined();
});

test("a root without a domain, or for what is no domain, is never made", async () => {
  await expect(createAuthority({ domains: [] })).rejects.toThrow(RangeError);
  await expect(createAuthority({ domains: ["com"] })).rejects.toMatchObject({ code: "CSPACE_DOMAIN_INVALID" });
});
