import { readFile, stat } from "node:fs/promises";
import { CspaceError } from "@cspace/errors";
import type { CertsErrorCode } from "../certs-error-code.ts";

const certificates = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n?/g;
const keys = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----\n?/;

/** Certificates and a key as one file: it is there whole or not at all. */
export function formatPem(...parts: readonly string[]): string {
  return parts.map((part) => `${part.trimEnd()}\n`).join("");
}

/** What {@link formatPem} put into a file; `undefined` where there is no key, or no certificate. */
export function parsePem(text: string): { readonly certificates: readonly string[]; readonly key: string } | undefined {
  const found = [...text.matchAll(certificates)].map(([block]) => block);
  const [key] = keys.exec(text) ?? [];
  return key === undefined || found.length === 0 ? undefined : { certificates: found, key };
}

/** A file with a key in it, and whether others than its user may read it. */
export interface SecretFile {
  readonly text: string;
  readonly isExposed: boolean;
}

/**
 * Reads a file that holds a key; `undefined` where there is none.
 *
 * @throws {CspaceError} `CSPACE_CERTS_UNREADABLE` where the file system refuses.
 */
export async function readSecret(path: string): Promise<SecretFile | undefined> {
  try {
    const text = await readFile(path, "utf8");
    // Windows keeps no such bits: who may read a home there is said by its folder.
    const isExposed = process.platform !== "win32" && ((await stat(path)).mode & 0o077) !== 0;
    return { text, isExposed };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new CspaceError<CertsErrorCode>("CSPACE_CERTS_UNREADABLE", `${path} cannot be read: ${message}`, {
      hint: `make it yours: sudo chown "$USER" ${path}`,
      cause,
    });
  }
}
