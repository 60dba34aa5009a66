import { X509Certificate } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CspaceError } from "@cspace/errors";
import type { Authority } from "../authority.ts";
import type { CertsErrorCode } from "../certs-error-code.ts";
import { fingerprintOf } from "../create-authority.ts";
import type { CertificateFolder } from "./certificate-folder.ts";
import { readRootText } from "./ensure-authority.ts";

/** A root as programs are given it: no key. */
export interface Root {
  /** The file that holds it. */
  readonly path: string;
  /** PEM. */
  readonly certificate: string;
  /** SHA-256: 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** What it calls itself, such as `cspace local authority 1f2e3d4c`. */
  readonly name: string;
  readonly notAfter: Date;
}

/**
 * The root of a folder; `undefined` while there is none.
 *
 * @throws {CspaceError} `CSPACE_AUTHORITY_INVALID` when the file is no certificate.
 */
export async function readRoot(folder: CertificateFolder): Promise<Root | undefined> {
  const text = await readRootText(folder);
  return text === undefined ? undefined : parseRoot(folder.root, text);
}

/** An authority's root as it is, or will be, in a folder. */
export function describeRoot(folder: CertificateFolder, { anchor }: Pick<Authority, "anchor">): Root {
  return parseRoot(folder.root, anchor);
}

/** The roots that another one took the place of. */
export async function readRetiredRoots(folder: CertificateFolder): Promise<Root[]> {
  const names = await readdir(folder.retired).catch(() => []);
  const paths = names.filter((name) => name.endsWith(".pem")).map((name) => join(folder.retired, name));
  return await Promise.all(paths.sort().map(async (path) => parseRoot(path, await readFile(path, "utf8"))));
}

function parseRoot(path: string, text: string): Root {
  try {
    const certificate = new X509Certificate(text);
    const [, name = ""] = /^CN=(.*)$/m.exec(certificate.subject) ?? [];
    const notAfter = new Date(certificate.validTo);
    return { path, certificate: text, fingerprint: fingerprintOf(certificate), name, notAfter };
  } catch (cause) {
    throw new CspaceError<CertsErrorCode>("CSPACE_AUTHORITY_INVALID", `${path} is no certificate`, {
      hint: `remove it: rm ${path}`,
      cause,
    });
  }
}
