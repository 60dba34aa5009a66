import { type AddressInfo, connect } from "node:net";
import { connect as connectTls, createServer } from "node:tls";
import { type Authority, createAuthority, isRenewalDue, issueCertificate } from "@cspace/certs";
import { expect, test } from "vitest";
import { printWithOpenssl, verifyWithOpenssl } from "./verify.ts";

const domains = ["cspace.local", "cspace.localhost"];
const now = new Date("2026-03-01T12:00:00Z");
const day = 86_400_000;
const authority = await createAuthority({ domains, now });
const hostnames = domains.map((domain) => `*.mercury.shop.${domain}`);
const { certificate, key, ...issued } = await issueCertificate(authority, { hostnames, now });

/** As a thief of the key would have it: an authority that is not told what it may not do. */
const stolen: Authority = { ...authority, domains: ["example.com", "com"] };

test("a certificate is for its names and for servers, and names its authority", () => {
  const text = printWithOpenssl(certificate);
  expect(issued.hostnames).toEqual(hostnames);
  expect(text).toContain(`DNS:${hostnames.join(", DNS:")}`);
  expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/);
  expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature/);
  expect(text).toMatch(/X509v3 Extended Key Usage:\s+TLS Web Server Authentication/);
  const idOf = (text: string, what: string): string | undefined =>
    new RegExp(`X509v3 ${what} Key Identifier:\\s+(\\S+)`).exec(text)?.[1];
  expect(idOf(text, "Authority")).toBe(idOf(printWithOpenssl(authority.certificate), "Subject"));
  expect(idOf(text, "Subject")).not.toBe(idOf(text, "Authority"));
});

test("a certificate is valid from an hour before for 90 days, and not after its authority", async () => {
  expect(issued.notBefore.toISOString()).toBe("2026-03-01T11:00:00.000Z");
  expect(issued.notAfter.getTime() - issued.notBefore.getTime()).toBe(90 * day);
  const late = await issueCertificate(authority, { hostnames, now: new Date(authority.notAfter.getTime() - day) });
  expect(late.notAfter).toEqual(authority.notAfter);
  const early = await issueCertificate(authority, { hostnames, now: authority.notBefore });
  expect(early.notBefore).toEqual(authority.notBefore);
});

test.each([
  ["dev.mercury.shop.cspace.local", now, "OK"],
  ["dev.mercury.shop.cspace.localhost", now, "OK"],
  ["dev.venus.shop.cspace.local", now, "hostname mismatch"],
  ["mercury.shop.cspace.local", now, "hostname mismatch"],
  ["a.dev.mercury.shop.cspace.local", now, "hostname mismatch"],
  ["dev.mercury.shop.cspace.local", new Date(now.getTime() + 91 * day), "certificate has expired"],
  ["dev.mercury.shop.cspace.local", new Date(now.getTime() - day), "certificate is not yet valid"],
])("OpenSSL, asked for %s at %s: %s", (hostname, at, verdict) => {
  expect(verifyWithOpenssl(authority.certificate, certificate, { hostname, at })).toBe(verdict);
});

test.each(["example.com", "shop.example.com", "xcspace.local.com"])(
  "the same key signs nothing for %s",
  async (name) => {
    await expect(issueCertificate(authority, { hostnames: [name] })).rejects.toMatchObject({
      code: "CSPACE_CERTIFICATE_OUTSIDE",
    });
    const forged = await issueCertificate(stolen, { hostnames: [name], now });
    expect(verifyWithOpenssl(authority.certificate, forged.certificate, { at: now })).toBe(
      "permitted subtree violation",
    );
  },
);

test.each(["*", "a.*.cspace.local", "*.*.cspace.local", "127.0.0.1", "a b.cspace.local", "xcspace.local", ""])(
  "%j is no name to sign for",
  async (name) => {
    await expect(issueCertificate(authority, { hostnames: [name] })).rejects.toMatchObject({
      code: "CSPACE_CERTIFICATE_OUTSIDE",
    });
  },
);

test("a certificate of another root is refused", async () => {
  const other = await createAuthority({ domains, now });
  expect(verifyWithOpenssl(other.certificate, certificate, { at: now })).toMatch(
    "unable to get local issuer certificate",
  );
});

test("a certificate for no name is refused for every name", async () => {
  const none = await issueCertificate(authority, { hostnames: [], now });
  expect(printWithOpenssl(none.certificate)).not.toContain("Alternative");
  const hostname = "dev.mercury.shop.cspace.local";
  expect(verifyWithOpenssl(authority.certificate, none.certificate, { at: now })).toBe("OK");
  expect(verifyWithOpenssl(authority.certificate, none.certificate, { hostname, at: now })).toBe("hostname mismatch");
});

test("it follows from the anchor as from the root of its key, and so does what is refused", async () => {
  const forged = await issueCertificate(stolen, { hostnames: ["example.com"], now });
  for (const trusted of [authority.certificate, authority.anchor]) {
    expect(verifyWithOpenssl(trusted, certificate, { at: now })).toBe("OK");
    expect(verifyWithOpenssl(trusted, forged.certificate, { at: now })).toBe("permitted subtree violation");
  }
});

test("a name longer than a common name may be is in the certificate all the same", async () => {
  const long = `*.${"i".repeat(63)}.${"p".repeat(63)}.cspace.local`;
  const issued = await issueCertificate(authority, { hostnames: [long], now });
  expect(printWithOpenssl(issued.certificate)).toContain(`DNS:${long}`);
  const hostname = long.replace("*", "dev");
  expect(verifyWithOpenssl(authority.certificate, issued.certificate, { hostname, at: now })).toBe("OK");
});

test("Node takes a certificate inside of the domains, and none outside", async () => {
  const authority = await createAuthority({ domains });
  const inside = await issueCertificate(authority, { hostnames: ["*.mercury.shop.cspace.local"] });
  const outside = await issueCertificate({ ...authority, domains: ["example.com"] }, { hostnames: ["example.com"] });
  const ask = async (served: { certificate: string; key: string }, servername: string): Promise<string> => {
    const server = createServer({ cert: served.certificate, key: served.key }, (socket) => socket.end("hello"));
    server.on("tlsClientError", () => undefined);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    try {
      return await new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1");
        connectTls({ socket, servername, ca: authority.certificate })
          .on("data", (text) => resolve(String(text)))
          .on("error", (error: NodeJS.ErrnoException) => resolve(error.message));
      });
    } finally {
      server.close();
    }
  };
  expect(await ask(inside, "dev.mercury.shop.cspace.local")).toBe("hello");
  expect(await ask(outside, "example.com")).toBe("permitted subtree violation");
});

test("a certificate is renewed when a third of its time is left, and when the clock was ahead", () => {
  const after = (days: number): Date => new Date(issued.notBefore.getTime() + days * day);
  expect(isRenewalDue(issued, after(0))).toBe(false);
  expect(isRenewalDue(issued, after(59.9))).toBe(false);
  expect(isRenewalDue(issued, after(60))).toBe(true);
  expect(isRenewalDue(issued, after(365))).toBe(true);
  expect(isRenewalDue(issued, after(-1))).toBe(true);
});
