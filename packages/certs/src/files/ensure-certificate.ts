import { createPrivateKey, X509Certificate } from "node:crypto";
import { rm } from "node:fs/promises";
import { CspaceError } from "@cspace/errors";
import { writeFileAtomic } from "@cspace/plan";
import type { CertsErrorCode } from "../certs-error-code.ts";
import { issueCertificate } from "../issue-certificate.ts";
import { isRenewalDue } from "../lifetimes.ts";
import { type CertificateFolder, servedFile } from "./certificate-folder.ts";
import { ensureLocked, readRootText } from "./ensure-authority.ts";
import { formatPair, parsePair, readSecret } from "./pem-file.ts";
import { withFolderLock } from "./with-folder-lock.ts";

/** Options of {@link ensureCertificate}. */
export interface EnsureCertificateOptions {
  /** What the file is called: slugs, with two dashes between them. */
  readonly name: string;
  readonly hostnames: readonly string[];
  /** What the machine serves, see {@link ensureAuthority}. */
  readonly domains: readonly string[];
  /** @default the clock */
  readonly now?: Date;
}

/** A certificate on the disk, and what was done for it. */
export interface EnsuredCertificate {
  /** The file that holds certificate and key. */
  readonly path: string;
  readonly changed: boolean;
  /** As of {@link EnsuredAuthority}. */
  readonly replaced: string | null;
}

/**
 * Makes sure that a folder holds a certificate of its authority for these names, valid now and for a third of its time
 * at least. Where it does, nothing is written, and the key that signs is not read.
 *
 * @throws {CspaceError} `CSPACE_CERTIFICATE_INVALID` for a file that is no certificate with its key, which is left alone;
 * and those of {@link ensureAuthority} and `issueCertificate`.
 */
export async function ensureCertificate(
  folder: CertificateFolder,
  options: EnsureCertificateOptions,
): Promise<EnsuredCertificate> {
  const path = servedFile(folder, options.name);
  if (await isCurrent(folder, path, options)) return { path, changed: false, replaced: null };
  return await withFolderLock(folder, async () => {
    const { authority, replaced } = await ensureLocked(folder, options);
    // Another process may have made it meanwhile.
    if (await isCurrent(folder, path, options)) return { path, changed: false, replaced };
    await writeFileAtomic(path, formatPair(await issueCertificate(authority, options)), { mode: 0o600 });
    return { path, changed: true, replaced };
  });
}

/** Forgets a certificate; tells whether there was one. */
export async function removeCertificate(folder: CertificateFolder, name: string): Promise<boolean> {
  try {
    await rm(servedFile(folder, name));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

async function isCurrent(
  folder: CertificateFolder,
  path: string,
  { hostnames, now = new Date() }: EnsureCertificateOptions,
): Promise<boolean> {
  const file = await readSecret(path);
  if (file === undefined) return false;
  const certificate = parseServed(file.text);
  if (certificate === undefined) {
    throw new CspaceError<CertsErrorCode>(
      "CSPACE_CERTIFICATE_INVALID",
      `${path} is no certificate with its key, or only a part of one`,
      { hint: `remove it, and another one is made: rm ${path}` },
    );
  }
  const root = await readRootText(folder);
  // A key that others may have read is worth nothing.
  if (root === undefined || file.isExposed) return false;
  const span = { notBefore: new Date(certificate.validFrom), notAfter: new Date(certificate.validTo) };
  return isOf(root, certificate) && !isRenewalDue(span, now) && namesOf(certificate).join() === hostnames.join();
}

function parseServed(text: string): X509Certificate | undefined {
  const pair = parsePair(text);
  if (pair === undefined) return undefined;
  try {
    const certificate = new X509Certificate(pair.certificate);
    return certificate.checkPrivateKey(createPrivateKey(pair.key)) ? certificate : undefined;
  } catch {
    return undefined;
  }
}

function isOf(root: string, certificate: X509Certificate): boolean {
  try {
    return certificate.verify(new X509Certificate(root).publicKey);
  } catch {
    return false;
  }
}

/** What a certificate is for, in its order. */
function namesOf({ subjectAltName = "" }: X509Certificate): string[] {
  return subjectAltName.split(", ").flatMap((name) => (name.startsWith("DNS:") ? [name.slice(4)] : []));
}
