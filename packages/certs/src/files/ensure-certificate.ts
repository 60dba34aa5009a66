import { createPrivateKey, X509Certificate } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { CspaceError } from "@cspace/errors";
import { writeFileAtomic } from "@cspace/plan";
import type { KeyPair } from "../authority.ts";
import type { CertsErrorCode } from "../certs-error-code.ts";
import { issueCertificate } from "../issue-certificate.ts";
import { isRenewalDue } from "../lifetimes.ts";
import { type CertificateFolder, servedFile } from "./certificate-folder.ts";
import { type EnsureAuthorityOptions, ensureLocked, readRootText } from "./ensure-authority.ts";
import { formatPem, parsePem, readSecret } from "./pem-file.ts";
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
export interface EnsuredCertificate extends KeyPair {
  readonly hostnames: readonly string[];
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
  const { hostnames } = options;
  const kept = await readCurrent(folder, path, options);
  if (kept !== undefined) return { ...kept, hostnames, path, changed: false, replaced: null };
  return await withFolderLock(folder, async () => {
    const { authority, replaced } = await ensureLocked(folder, options);
    // Another process may have made it meanwhile.
    const made = await readCurrent(folder, path, options);
    if (made !== undefined) return { ...made, hostnames, path, changed: false, replaced };
    const { certificate, key } = await issueCertificate(authority, options);
    await writeFileAtomic(path, formatPem(certificate, key), { mode: 0o600 });
    return { certificate, key, hostnames, path, changed: true, replaced };
  });
}

/** Options of {@link renewCertificates}. */
export interface RenewCertificatesOptions extends EnsureAuthorityOptions {
  /** Names of certificates that are seen to otherwise. @default none */
  readonly except?: readonly string[];
}

/**
 * Makes every certificate of a folder anew that is about to end, or that another root has signed, for the same names as
 * far as they are below one of the domains; gives those that it made. A file that is no certificate is left alone.
 */
export async function renewCertificates(
  folder: CertificateFolder,
  { domains, now = new Date(), except = [] }: RenewCertificatesOptions,
): Promise<readonly EnsuredCertificate[]> {
  const files = await readdir(folder.served).catch(() => []);
  const renewed: EnsuredCertificate[] = [];
  for (const file of files.sort()) {
    const name = file.replace(/\.pem$/, "");
    if (name === file || except.includes(name)) continue;
    const kept = await readSecret(join(folder.served, file));
    const certificate = kept && parseServed(kept.text)?.parsed;
    if (certificate === undefined) continue;
    const isServed = (hostname: string): boolean => domains.some((domain) => hostname.endsWith(`.${domain}`));
    const hostnames = namesOf(certificate).filter(isServed);
    // Its instance is not served here any more.
    if (hostnames.length === 0) continue;
    const made = await ensureCertificate(folder, { name, hostnames, domains, now });
    if (made.changed) renewed.push(made);
  }
  return renewed;
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

/** What is there, where it is still good. */
async function readCurrent(
  folder: CertificateFolder,
  path: string,
  { hostnames, now = new Date() }: EnsureCertificateOptions,
): Promise<KeyPair | undefined> {
  const file = await readSecret(path);
  if (file === undefined) return undefined;
  const served = parseServed(file.text);
  if (served === undefined) {
    throw new CspaceError<CertsErrorCode>(
      "CSPACE_CERTIFICATE_INVALID",
      `${path} is no certificate with its key, or only a part of one`,
      { hint: `remove it, and another one is made: rm ${path}` },
    );
  }
  const root = await readRootText(folder);
  // A key that others may have read is worth nothing.
  if (root === undefined || file.isExposed) return undefined;
  const { parsed, bridge, pair } = served;
  const span = { notBefore: new Date(parsed.validFrom), notAfter: new Date(parsed.validTo) };
  const isGood = isOf(root, bridge, parsed) && !isRenewalDue(span, now) && namesOf(parsed).join() === hostnames.join();
  return isGood ? pair : undefined;
}

interface Served {
  readonly pair: KeyPair;
  readonly parsed: X509Certificate;
  readonly bridge: string;
}

function parseServed(text: string): Served | undefined {
  const found = parsePem(text);
  if (found === undefined) return undefined;
  const { certificates, key } = found;
  const [own = "", bridge = ""] = certificates;
  try {
    const parsed = new X509Certificate(own);
    const isPair = parsed.checkPrivateKey(createPrivateKey(key));
    return isPair ? { pair: { certificate: certificates.join(""), key }, parsed, bridge } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a certificate follows from what is trusted, by the bridge that is shown with it. */
function isOf(root: string, bridge: string, certificate: X509Certificate): boolean {
  try {
    const between = new X509Certificate(bridge);
    return between.verify(new X509Certificate(root).publicKey) && certificate.verify(between.publicKey);
  } catch {
    return false;
  }
}

/** What a certificate is for, in its order. */
function namesOf({ subjectAltName = "" }: X509Certificate): string[] {
  return subjectAltName.split(", ").flatMap((name) => (name.startsWith("DNS:") ? [name.slice(4)] : []));
}
