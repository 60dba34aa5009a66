import { readFile, stat } from "node:fs/promises";
import { CspaceError } from "@cspace/errors";
import type { KeyPair } from "../authority.ts";
import type { CertsErrorCode } from "../certs-error-code.ts";

const blocks = /-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----\n?/g;

/** A certificate and its key as one file: it is there whole or not at all. */
export function formatPair({ certificate, key }: KeyPair): string {
  return `${certificate.trimEnd()}\n${key.trimEnd()}\n`;
}

/** Takes {@link formatPair}'s text apart; `undefined` where it is not that. */
export function parsePair(text: string): KeyPair | undefined {
  const found = new Map([...text.matchAll(blocks)].map(([block, kind = ""]) => [kind, block]));
  const certificate = found.get("CERTIFICATE");
  const key = found.get("PRIVATE KEY");
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
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
