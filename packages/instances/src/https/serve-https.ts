import { basename } from "node:path";
import type { InstanceName } from "@cspace/certs";
import { serveCertificates, withLock } from "@cspace/compose";
import { isCspaceError } from "@cspace/errors";
import type { Machine } from "../machine/open-engine.ts";
import type { Context } from "../options.ts";

/**
 * Lets Traefik show a certificate for the names of an instance, and makes those anew that are about to end. Where that
 * cannot be, all goes on over HTTP, and that is said.
 */
export async function serveHttps(
  { onNote, signal }: Pick<Context, "onNote" | "signal">,
  { engine, paths }: Pick<Machine, "engine" | "paths">,
  { project, instance, domains }: InstanceName & { readonly domains: readonly string[] },
): Promise<void> {
  const { certificateFolder, ensureInstanceCertificates } = await import("@cspace/certs");
  const folder = certificateFolder(paths.certs);
  try {
    const instances = [{ project, instance }];
    const { fallback, changed, replaced } = await ensureInstanceCertificates(folder, { instances, domains });
    if (replaced !== null) onNote(`there is a new certificate authority, which nothing trusts yet: ${replaced}`);
    const options = { served: folder.served, fallback: basename(fallback.path), changed };
    await withLock(paths, "proxy", () => serveCertificates(engine, paths, options), { signal });
  } catch (error) {
    if (!isCspaceError(error)) throw error;
    onNote(`HTTPS does not serve ${instance}, HTTP does: ${error.message}; ${error.hint ?? ""}`);
  }
}

/** Takes {@link serveHttps} back for an instance that is gone. */
export async function forgetHttps(
  { signal }: Pick<Context, "signal">,
  { engine, paths }: Pick<Machine, "engine" | "paths">,
  instance: InstanceName,
): Promise<void> {
  const { certificateFolder, instanceFiles, removeInstanceCertificate } = await import("@cspace/certs");
  const folder = certificateFolder(paths.certs);
  const files = instanceFiles(folder, instance);
  const options = {
    served: folder.served,
    fallback: basename(files.fallback),
    changed: false,
    without: basename(files.own),
  };
  // First Traefik is told: it would ask for a file that is gone.
  await withLock(paths, "proxy", () => serveCertificates(engine, paths, options), { signal });
  await removeInstanceCertificate(folder, instance);
}
