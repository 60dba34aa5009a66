import { createHash, KeyObject, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { parseDomain } from "@cspace/hostnames";
import type { Authority } from "./authority.ts";
import { keyAlgorithm } from "./key-algorithm.ts";
import { backdating, rootLifetime } from "./lifetimes.ts";
import { loadX509 } from "./load-x509.ts";

const maker = "cspace";

/** Options of {@link createAuthority}. */
export interface CreateAuthorityOptions {
  /** The only domains that it can sign for; at least one. */
  readonly domains: readonly string[];
  /** @default the clock */
  readonly now?: Date;
}

/**
 * Makes a certificate authority whose key is worth nothing outside the given domains: its root carries critical name
 * constraints that permit these and exclude every IP address (RFC 5280, section 4.2.1.10), may sign servers'
 * certificates only, and no further authority (`pathlen:0`). EC P-256; valid for ten years, from an hour ago.
 *
 * @throws {CspaceError} `CSPACE_DOMAIN_INVALID` for what is no domain.
 * @throws {RangeError} without a domain: a root without constraints is never made.
 * @example
 * ```ts
 * const authority = await createAuthority({ domains: ["cspace.local"] });
 * authority.domains; //=> ["cspace.local"]
 * ```
 */
export async function createAuthority({ domains, now = new Date() }: CreateAuthorityOptions): Promise<Authority> {
  const permitted = [...new Set(domains.map(parseDomain))];
  if (permitted.length === 0) throw new RangeError("an authority needs at least one domain");
  const { x509, asn1, asn1x509 } = await loadX509();
  const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
  const subtree = (
    base: ConstructorParameters<typeof asn1x509.GeneralName>[0],
  ): InstanceType<typeof asn1x509.GeneralSubtree> =>
    new asn1x509.GeneralSubtree({ base: new asn1x509.GeneralName(base) });
  const constraints = new asn1x509.NameConstraints({
    // Without a dot before it: the domain itself, and all names below it.
    permittedSubtrees: new asn1x509.GeneralSubtrees(permitted.map((domain) => subtree({ dNSName: domain }))),
    // An address with its mask, all zero: every one of IPv4, every one of IPv6.
    excludedSubtrees: new asn1x509.GeneralSubtrees(["0.0.0.0/0", "::/0"].map((iPAddress) => subtree({ iPAddress }))),
  });
  const made = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: newSerial(),
      // The key's own beginning makes two roots of one machine two names, as chains are built by name.
      name: [{ O: [maker] }, { CN: [`${maker} local authority ${await keyName(keys.publicKey)}`] }],
      notBefore: new Date(now.getTime() - backdating),
      notAfter: new Date(now.getTime() - backdating + rootLifetime),
      signingAlgorithm: keyAlgorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        new x509.Extension(asn1x509.id_ce_nameConstraints, true, asn1.AsnConvert.serialize(constraints)),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto,
  );
  const certificate = new X509Certificate(Buffer.from(made.rawData));
  return {
    certificate: certificate.toString(),
    key: KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }) as string,
    domains: permitted,
    notBefore: made.notBefore,
    notAfter: made.notAfter,
    fingerprint: fingerprintOf(certificate),
  };
}

/** SHA-256 of a certificate, 64 lower-case hexadecimal digits. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}

/** A serial number that no other certificate has: positive, at most 20 octets (RFC 5280, section 4.1.2.2). */
export function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

async function keyName(key: webcrypto.CryptoKey): Promise<string> {
  const spki = KeyObject.from(key).export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("hex").slice(0, 8);
}
