/** A certificate with its key. */
export interface KeyPair {
  /** The certificate, PEM. */
  readonly certificate: string;
  /** The private key, PKCS #8 as PEM; a secret. */
  readonly key: string;
}

/** A local certificate authority. */
export interface Authority extends KeyPair {
  /** The root of the key that signs: what it signs, follows from this one alone, too. */
  readonly certificate: string;
  /**
   * What stores are given to trust, PEM: a root whose own key was thrown away. It leads to what is signed by the bridge
   * alone, so clients that do not look at the constraints of what they trust meet them on the way.
   */
  readonly anchor: string;
  /** The key that signs, as the anchor permits it, under the same constraints; PEM. It is shown behind each certificate. */
  readonly bridge: string;
  /** The domains that its certificates may be for, names below them included; nothing else. */
  readonly domains: readonly string[];
  /** The first moment at which it is valid. */
  readonly notBefore: Date;
  /** The last one. */
  readonly notAfter: Date;
  /** SHA-256 of the anchor: 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
}

/** A server's certificate. */
export interface IssuedCertificate extends KeyPair {
  /** The certificate, and behind it the bridge to the anchor; PEM. */
  readonly certificate: string;
  /** What it is for, wildcards such as `*.mercury.shop.cspace.local` included; none where it is for no name. */
  readonly hostnames: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}
