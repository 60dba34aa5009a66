import { X509Certificate } from "node:crypto";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CspaceError } from "@cspace/errors";
import { parseDomain } from "@cspace/hostnames";
import { writeFileAtomic } from "@cspace/plan";
import type { Authority } from "../authority.ts";
import type { CertsErrorCode } from "../certs-error-code.ts";
import { createAuthority, fingerprintOf } from "../create-authority.ts";
import { leafLifetime } from "../lifetimes.ts";
import { readAuthority } from "../read-authority.ts";
import type { CertificateFolder } from "./certificate-folder.ts";
import { formatPem, parsePem, readSecret } from "./pem-file.ts";
import { withFolderLock } from "./with-folder-lock.ts";

/** Options of {@link ensureAuthority}. */
export interface EnsureAuthorityOptions {
  readonly domains: readonly string[];
  /** @default the clock */
  readonly now?: Date;
  /** What is taken where one has to be made: that of {@link proposeAuthority}. @default one is made */
  readonly proposed?: Authority | undefined;
}

/** The authority of a folder, and what was done for it. */
export interface EnsuredAuthority {
  readonly authority: Authority;
  /** Why there is a new one in the place of another, which stores have to be told; `null` where there is not. */
  readonly replaced: string | null;
}

/**
 * The authority of a folder that can sign for these domains and no others; made where there is none, and anew where the
 * domains changed or it is about to end. Two processes at once make one.
 *
 * @throws {CspaceError} `CSPACE_AUTHORITY_INVALID` for a file that is no authority of ours, and for a key that others may
 * read: nothing is overwritten. `CSPACE_CERTS_UNREADABLE`, `CSPACE_WRITE_FAILED` where the file system refuses.
 */
export function ensureAuthority(folder: CertificateFolder, options: EnsureAuthorityOptions): Promise<EnsuredAuthority> {
  return withFolderLock(folder, () => ensureLocked(folder, options));
}

/** What {@link ensureAuthority} would give, see {@link proposeAuthority}. */
export interface ProposedAuthority extends EnsuredAuthority {
  /** Whether it is in the folder already. */
  readonly isKept: boolean;
}

/**
 * What {@link ensureAuthority} would give, without writing anything: so that it can be shown, and agreed to, before it is
 * there. With `proposed` it gives that one, unless another process was first.
 *
 * @throws {CspaceError} as {@link ensureAuthority}.
 */
export async function proposeAuthority(
  folder: CertificateFolder,
  { domains, now = new Date(), proposed }: EnsureAuthorityOptions,
): Promise<ProposedAuthority> {
  const wanted = [...new Set(domains.map(parseDomain))];
  const kept = await readKept(folder);
  const why = kept === undefined ? null : whyUnfit(kept, wanted, now);
  if (kept !== undefined && why === null) return { authority: kept, replaced: null, isKept: true };
  const old = await readRootText(folder);
  const isFit = proposed !== undefined && whyUnfit(proposed, wanted, now) === null;
  const authority = isFit ? proposed : await createAuthority({ domains: wanted, now });
  return { authority, replaced: why ?? whyGone(folder, old), isKept: false };
}

const whyGone = ({ authority }: CertificateFolder, old: string | undefined): string | null =>
  old === undefined ? null : `${authority} was gone`;

/** As {@link ensureAuthority}, for who holds the folder's lock. */
export async function ensureLocked(
  folder: CertificateFolder,
  options: EnsureAuthorityOptions,
): Promise<EnsuredAuthority> {
  const { isKept, replaced, authority } = await proposeAuthority(folder, options);
  if (isKept) {
    await publishRoot(folder, authority.anchor);
    return { authority, replaced };
  }
  const old = await readRootText(folder);
  if (old !== undefined) await retire(folder, old);
  await writeFileAtomic(
    folder.authority,
    formatPem(authority.certificate, authority.bridge, authority.anchor, authority.key),
    { mode: 0o600 },
  );
  await publishRoot(folder, authority.anchor);
  return { authority, replaced };
}

async function readKept(folder: CertificateFolder): Promise<Authority | undefined> {
  const file = await readSecret(folder.authority);
  if (file === undefined) return undefined;
  const { certificates = [], key = "" } = parsePem(file.text) ?? {};
  const [certificate = "", bridge = "", anchor = ""] = certificates;
  const authority = await readAuthority({ certificate, bridge, anchor, key });
  if (authority === undefined) {
    throw invalid(
      `${folder.authority} is no authority of cspace's, or only a part of one`,
      `put it back, or remove it, and a new one is made: rm ${folder.authority}`,
    );
  }
  if (file.isExposed) {
    throw invalid(
      `${folder.authority} holds the key that signs, and others may read it`,
      `if nobody did: chmod 600 ${folder.authority}; else remove it, and a new one is made: rm ${folder.authority}`,
    );
  }
  return authority;
}

function whyUnfit(authority: Authority, wanted: readonly string[], now: Date): string | null {
  const { domains, notBefore, notAfter } = authority;
  if ([...domains].sort().join() !== [...wanted].sort().join()) {
    return `it could sign for ${domains.join(", ")}, and this machine serves ${wanted.join(", ")}`;
  }
  if (now < notBefore) return `it is not valid before ${notBefore.toISOString()}`;
  // So that what it signs lasts as long as always.
  if (now.getTime() + leafLifetime > notAfter.getTime()) return `it ends on ${notAfter.toISOString().slice(0, 10)}`;
  return null;
}

/** Writes what is to be trusted, where it is not that already. */
async function publishRoot(folder: CertificateFolder, certificate: string): Promise<void> {
  if ((await readRootText(folder)) === certificate) return;
  await writeFileAtomic(folder.root, certificate, { mode: 0o644 });
}

/** The text of the root's own file; `undefined` where there is none. */
export async function readRootText(folder: CertificateFolder): Promise<string | undefined> {
  try {
    return await readFile(folder.root, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new CspaceError<CertsErrorCode>("CSPACE_CERTS_UNREADABLE", `${folder.root} cannot be read: ${message}`, {
      hint: `make it yours: sudo chown "$USER" ${folder.root}`,
      cause: error,
    });
  }
}

/** Keeps a root's certificate for the day on which stores are to forget it. */
async function retire(folder: CertificateFolder, certificate: string): Promise<void> {
  let fingerprint: string;
  try {
    fingerprint = fingerprintOf(new X509Certificate(certificate));
  } catch {
    throw invalid(`${folder.root} is no certificate`, `remove it: rm ${folder.root}`);
  }
  await mkdir(folder.retired, { recursive: true, mode: 0o700 });
  await chmod(folder.retired, 0o700);
  await writeFileAtomic(join(folder.retired, `${fingerprint}.pem`), certificate, { mode: 0o644 });
}

function invalid(message: string, hint: string): CspaceError<CertsErrorCode> {
  return new CspaceError("CSPACE_AUTHORITY_INVALID", message, { hint });
}
