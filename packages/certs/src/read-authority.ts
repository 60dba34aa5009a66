import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Authority, KeyPair } from "./authority.ts";
import { fingerprintOf } from "./create-authority.ts";
import { loadX509 } from "./load-x509.ts";

/**
 * Takes an authority apart that {@link createAuthority} made; `undefined` for everything else: text that is no PEM, a
 * key of another certificate, a certificate that is no authority or that nothing constrains.
 *
 * @example
 * ```ts
 * const { certificate, key } = await createAuthority({ domains: ["cspace.local"] });
 * (await readAuthority({ certificate, key }))?.domains; //=> ["cspace.local"]
 * await readAuthority({ certificate, key: "" }); //=> undefined
 * ```
 */
export async function readAuthority({ certificate, key }: KeyPair): Promise<Authority | undefined> {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
    if (!parsed.ca || !parsed.checkPrivateKey(createPrivateKey(key))) return undefined;
  } catch {
    return undefined;
  }
  const { x509, asn1, asn1x509 } = await loadX509();
  const read = new x509.X509Certificate(parsed.raw);
  const constraints = read.getExtension(asn1x509.id_ce_nameConstraints);
  if (constraints?.critical !== true) return undefined;
  const { permittedSubtrees = [] } = asn1.AsnConvert.parse(constraints.value, asn1x509.NameConstraints);
  const domains = [...permittedSubtrees].flatMap(({ base }) => base.dNSName ?? []);
  if (domains.length === 0) return undefined;
  return {
    certificate,
    key,
    domains,
    notBefore: read.notBefore,
    notAfter: read.notAfter,
    fingerprint: fingerprintOf(parsed),
  };
}
