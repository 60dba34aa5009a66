import { mkdir } from "node:fs/promises";
import { CspaceError } from "@cspace/errors";
import type { CertsErrorCode } from "../certs-error-code.ts";
import type { CertificateFolder } from "./certificate-folder.ts";

/** Runs `work` while no other process changes the folder, which is made where it is missing. One that died is forgotten after 10 s. */
export async function withFolderLock<T>(folder: CertificateFolder, work: () => Promise<T>): Promise<T> {
  try {
    await mkdir(folder.served, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const { message } = cause as Error;
    throw new CspaceError<CertsErrorCode>("CSPACE_CERTS_UNREADABLE", `${folder.path} cannot be used: ${message}`, {
      hint: "make it yours, or set CSPACE_HOME to another folder",
      cause,
    });
  }
  const { lock } = await import("proper-lockfile");
  const retries = { retries: 600, factor: 1, minTimeout: 20, maxTimeout: 60, randomize: true };
  const release = await lock(folder.path, { stale: 10_000, retries });
  try {
    return await work();
  } finally {
    await release();
  }
}
