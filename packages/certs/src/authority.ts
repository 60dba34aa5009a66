/** A certificate with its key. */
export interface KeyPair {
  /** The certificate, PEM. */
  readonly certificate: string;
  /** The private key, PKCS #8 as PEM; a secret. */
  readonly key: string;
}

/** A local certificate authority: a root that programs may trust, with the key that signs. */
export interface Authority extends KeyPair {
  /** The domains that its certificates may be for, names below them included; nothing else. */
  readonly domains: readonly string[];
  /** The first moment at which it is valid. */
  readonly notBefore: Date;
  /** The last one. */
  readonly notAfter: Date;
  /** SHA-256 of the certificate: 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
}

/** A server's certificate. */
export interface IssuedCertificate extends KeyPair {
  /** What it is for, wildcards such as `*.mercury.shop.cspace.local` included; none where it is for no name. */
  readonly hostnames: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}
