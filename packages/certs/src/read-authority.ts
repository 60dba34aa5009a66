import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Authority } from "./authority.ts";
import { fingerprintOf } from "./create-authority.ts";
import { loadX509 } from "./load-x509.ts";

/**
 * Takes an authority apart that {@link createAuthority} made; `undefined` for everything else: text that is no PEM, a
 * key of another certificate, a certificate that is no authority or that nothing constrains.
 *
 * @example
 * ```ts
 * const authority = await createAuthority({ domains: ["cspace.local"] });
 * (await readAuthority(authority))?.domains; //=> ["cspace.local"]
 * await readAuthority({ ...authority, key: "" }); //=> undefined
 * ```
 */
export async function readAuthority(
  parts: Pick<Authority, "certificate" | "key" | "anchor" | "bridge">,
): Promise<Authority | undefined> {
  const { certificate, key, anchor, bridge } = parts;
  let parsed: X509Certificate;
  try {
    const [root, top, middle] = [certificate, anchor, bridge].map((text) => new X509Certificate(text));
    if (root === undefined || top === undefined || middle === undefined) return undefined;
    const isChain = top.ca && root.ca && middle.verify(top.publicKey) && middle.checkPrivateKey(createPrivateKey(key));
    if (!isChain || !root.checkPrivateKey(createPrivateKey(key))) return undefined;
    parsed = top;
  } catch {
    return undefined;
  }
  const domains = await readDomains(certificate);
  const others = await Promise.all([readDomains(anchor), readDomains(bridge)]);
  if (domains.length === 0 || others.some((other) => other.join() !== domains.join())) return undefined;
  const { x509 } = await loadX509();
  const { notBefore, notAfter } = new x509.X509Certificate(parsed.raw);
  return { certificate, key, anchor, bridge, domains, notBefore, notAfter, fingerprint: fingerprintOf(parsed) };
}

/** The domains that a certificate permits by critical constraints; none where nothing constrains it. */
async function readDomains(certificate: string): Promise<readonly string[]> {
  const { x509, asn1, asn1x509 } = await loadX509();
  const constraints = new x509.X509Certificate(certificate).getExtension(asn1x509.id_ce_nameConstraints);
  if (constraints?.critical !== true) return [];
  const { permittedSubtrees = [] } = asn1.AsnConvert.parse(constraints.value, asn1x509.NameConstraints);
  return [...permittedSubtrees].flatMap(({ base }) => base.dNSName ?? []);
}
