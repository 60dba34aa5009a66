import { createHash, KeyObject, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { parseDomain } from "@cspace/hostnames";
import type { Extension } from "@peculiar/x509";
import type { Authority } from "./authority.ts";
import { keyAlgorithm } from "./key-algorithm.ts";
import { backdating, rootLifetime } from "./lifetimes.ts";
import { loadX509, type X509Library } from "./load-x509.ts";

const maker = "cspace";

/** Options of {@link createAuthority}. */
export interface CreateAuthorityOptions {
  /** The only domains that it can sign for; at least one. */
  readonly domains: readonly string[];
  /** @default the clock */
  readonly now?: Date;
}

/**
 * Makes a certificate authority whose key is worth nothing outside the given domains: every certificate of it carries
 * critical name constraints that permit these and exclude every IP address (RFC 5280, section 4.2.1.10), may sign
 * servers' certificates only, and no further authority. EC P-256; valid for ten years, from an hour ago.
 *
 * Whether constraints of what is *trusted* count is left to clients (RFC 5937), and Java's do not. So what is trusted is an
 * anchor above, whose key is thrown away when it has signed the one that stays.
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
  const library = await loadX509();
  const { x509 } = library;
  const [keys, anchorKeys] = [await makeKeys(), await makeKeys()];
  const span = {
    notBefore: new Date(now.getTime() - backdating),
    notAfter: new Date(now.getTime() - backdating + rootLifetime),
    signingAlgorithm: keyAlgorithm,
  };
  const id = keyName(keys.publicKey);
  const name = [{ O: [maker] }, { CN: [`${maker} local issuer ${id}`] }];
  const anchorName = [{ O: [maker] }, { CN: [`${maker} local authority ${id}`] }];
  const constraints = constrain(library, permitted);
  const extensions = async (key: webcrypto.CryptoKey, pathLength: number): Promise<Extension[]> => [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    constraints,
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    await x509.SubjectKeyIdentifierExtension.create(key),
  ];
  const root = await x509.X509CertificateGenerator.createSelfSigned(
    { ...span, serialNumber: newSerial(), name, keys, extensions: await extensions(keys.publicKey, 0) },
    webcrypto,
  );
  const anchor = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...span,
      serialNumber: newSerial(),
      name: anchorName,
      keys: anchorKeys,
      extensions: await extensions(anchorKeys.publicKey, 1),
    },
    webcrypto,
  );
  const bridge = await x509.X509CertificateGenerator.create(
    {
      ...span,
      serialNumber: newSerial(),
      subject: name,
      issuer: anchor.subject,
      publicKey: keys.publicKey,
      signingKey: anchorKeys.privateKey,
      extensions: [
        ...(await extensions(keys.publicKey, 0)),
        await x509.AuthorityKeyIdentifierExtension.create(anchorKeys.publicKey),
      ],
    },
    webcrypto,
  );
  const parsed = new X509Certificate(Buffer.from(anchor.rawData));
  return {
    certificate: new X509Certificate(Buffer.from(root.rawData)).toString(),
    key: KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }) as string,
    anchor: parsed.toString(),
    bridge: new X509Certificate(Buffer.from(bridge.rawData)).toString(),
    domains: permitted,
    notBefore: root.notBefore,
    notAfter: root.notAfter,
    fingerprint: fingerprintOf(parsed),
  };
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
}

/** The extension that permits these domains, and no address. */
function constrain({ x509, asn1, asn1x509 }: X509Library, permitted: readonly string[]): Extension {
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
  return new x509.Extension(asn1x509.id_ce_nameConstraints, true, asn1.AsnConvert.serialize(constraints));
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

/** The key's own beginning makes the roots of two machines two names, as chains are built by name. */
function keyName(key: webcrypto.CryptoKey): string {
  const spki = KeyObject.from(key).export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("hex").slice(0, 8);
}
