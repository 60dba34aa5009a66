/** EC P-256 with SHA-256: what every client speaks, and quick to sign with (RFC 8446, section 9.1). */
export const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
