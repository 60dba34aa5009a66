import { createHash } from "node:crypto";

/** A certificate authority's certificate, as stores are given it. */
export interface RootCertificate {
  /** A file that holds it, which stays as long as it is trusted. */
  readonly path: string;
  /** PEM. */
  readonly certificate: string;
  /** What stores list it under; no other root of the machine has it. */
  readonly name: string;
  /** SHA-256: 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
}

/** A root as people tell it from others: what stores other than files are said to hold. */
export function describeRoot({ name, fingerprint }: RootCertificate): string {
  return `${name}\nSHA-256 ${fingerprint}\n`;
}

/** What a certificate is named in a folder of files, without what it ends in. */
export function fileNameOf({ fingerprint }: Pick<RootCertificate, "fingerprint">): string {
  return `cspace-${fingerprint.slice(0, 16)}`;
}

/** The lines between the two that enclose it, without line ends: the same for every way to write it. */
export function bodyOf(certificate: string): string {
  return certificate.replace(/-----[A-Z ]+-----/g, "").replace(/\s+/g, "");
}

/** SHA-1, as Windows and macOS name a certificate: 40 upper-case hexadecimal digits. It tells it apart, and proves nothing. */
export function thumbprintOf(certificate: string): string {
  return createHash("sha1")
    .update(Buffer.from(bodyOf(certificate), "base64"))
    .digest("hex")
    .toUpperCase();
}
