import { createPrivateKey, KeyObject, webcrypto, X509Certificate } from "node:crypto";
import { CspaceError } from "@cspace/errors";
import type { Authority, IssuedCertificate } from "./authority.ts";
import type { CertsErrorCode } from "./certs-error-code.ts";
import { newSerial } from "./create-authority.ts";
import { keyAlgorithm } from "./key-algorithm.ts";
import { backdating, leafLifetime } from "./lifetimes.ts";
import { loadX509 } from "./load-x509.ts";

/** Options of {@link issueCertificate}. */
export interface IssueCertificateOptions {
  /** What it is for: names below the authority's domains, a first label of `*` allowed. None: it is for no name at all. */
  readonly hostnames: readonly string[];
  /** @default the clock */
  readonly now?: Date;
}

/**
 * Issues a server's certificate with a new key. EC P-256, `serverAuth`; valid for 90 days, from an hour ago, and not
 * beyond the authority itself.
 *
 * @throws {CspaceError} `CSPACE_CERTIFICATE_OUTSIDE` for a name that the authority's constraints do not permit, which
 * clients would refuse.
 * @example
 * ```ts
 * const authority = await createAuthority({ domains: ["cspace.local"] });
 * const { hostnames } = await issueCertificate(authority, { hostnames: ["*.mercury.shop.cspace.local"] });
 * hostnames; //=> ["*.mercury.shop.cspace.local"]
 * ```
 */
export async function issueCertificate(
  authority: Authority,
  { hostnames, now = new Date() }: IssueCertificateOptions,
): Promise<IssuedCertificate> {
  for (const hostname of hostnames) requirePermitted(hostname, authority.domains);
  const { x509 } = await loadX509();
  const issuer = new x509.X509Certificate(authority.certificate);
  const signingKey = await importKey(authority.key);
  const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
  const from = Math.max(now.getTime() - backdating, authority.notBefore.getTime());
  const made = await x509.X509CertificateGenerator.create(
    {
      serialNumber: newSerial(),
      // Names are read from the extension alone (RFC 9525, section 2); a subject is for people.
      subject: subjectOf(hostnames),
      issuer: issuer.subject,
      notBefore: new Date(from),
      notAfter: new Date(Math.min(from + leafLifetime, authority.notAfter.getTime())),
      signingAlgorithm: keyAlgorithm,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        ...(hostnames.length === 0
          ? []
          : [new x509.SubjectAlternativeNameExtension(hostnames.map((value) => ({ type: "dns" as const, value })))]),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ],
    },
    webcrypto,
  );
  return {
    certificate: `${new X509Certificate(Buffer.from(made.rawData)).toString()}${authority.bridge}`,
    key: KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }) as string,
    hostnames: [...hostnames],
    notBefore: made.notBefore,
    notAfter: made.notAfter,
  };
}

function requirePermitted(hostname: string, domains: readonly string[]): void {
  const name = hostname.replace(/^\*\./, "");
  const isName = name.split(".").every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(label));
  // One label below a domain may be a wildcard's: systems refuse `*` directly below a top-level label only.
  if (isName && domains.some((domain) => name === domain || name.endsWith(`.${domain}`))) return;
  throw new CspaceError<CertsErrorCode>(
    "CSPACE_CERTIFICATE_OUTSIDE",
    `a certificate for "${hostname}" is outside of what this authority may sign: ${domains.join(", ")}`,
    { hint: "serve the domain on this machine first, or ask for a name below one that is" },
  );
}

/** The first name as the common one, where the attribute's 64 characters hold it (RFC 5280, appendix A.1). */
function subjectOf(hostnames: readonly string[]): Record<string, string[]>[] {
  const [name = "no such name"] = hostnames;
  return [{ O: ["cspace"] }, ...(name.length > 64 ? [] : [{ CN: [name] }])];
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, keyAlgorithm, false, ["sign"]);
}
