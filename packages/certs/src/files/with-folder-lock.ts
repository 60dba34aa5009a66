import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
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
    await removeLeftovers(folder);
    return await work();
  } finally {
    await release();
  }
}

/** Files that a process was about to put in their place when it died: there may be a key in them. */
async function removeLeftovers({ path, served, retired }: CertificateFolder): Promise<void> {
  for (const folder of [path, served, retired]) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => /^\.cspace-.*\.tmp$/.test(name));
    for (const name of names) await rm(join(folder, name), { force: true });
  }
}
