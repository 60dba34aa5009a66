import { basename } from "node:path";
import type { InstanceName } from "@cspace/certs";
import { serveCertificates } from "@cspace/compose";
import { isCspaceError } from "@cspace/errors";
import type { Machine } from "../machine/open-engine.ts";
import type { Host } from "../machine/open-host.ts";
import type { Context } from "../options.ts";

/**
 * Lets Traefik show certificates for the names of instances, and makes those anew that are about to end. Where that
 * cannot be, all goes on over HTTP, and that is said.
 *
 * @returns Whether it does.
 */
export async function serveHttps(
  { onNote, signal }: Pick<Context, "onNote" | "signal">,
  { engine, paths }: Pick<Machine, "engine" | "paths">,
  { instances, domains }: { readonly instances: readonly InstanceName[]; readonly domains: readonly string[] },
): Promise<boolean> {
  const { certificateFolder, ensureInstanceCertificates, refreshBundles } = await import("@cspace/certs");
  const folder = certificateFolder(paths.certs);
  try {
    const { fallback, changed, replaced } = await ensureInstanceCertificates(folder, { instances, domains });
    // Containers go on reading the folders that they have.
    await refreshBundles(folder);
    if (replaced !== null) onNote(`there is a new certificate authority, which nothing trusts yet: ${replaced}`);
    await serveCertificates(engine, paths, {
      served: folder.served,
      fallback: basename(fallback.path),
      changed,
      signal,
    });
    return true;
  } catch (error) {
    if (!isCspaceError(error)) throw error;
    const names = instances.map(({ instance }) => instance).join(", ") || "what runs";
    onNote(`HTTPS does not serve ${names}, HTTP does: ${error.message}; ${error.hint ?? ""}`);
    return false;
  }
}

/** Forgets the certificate of an instance that is gone. What keeps it from that is said, and keeps from nothing else. */
export async function forgetHttps(
  { onNote, signal }: Pick<Context, "onNote" | "signal">,
  { machine, paths }: Pick<Host, "machine" | "paths">,
  instance: InstanceName,
): Promise<void> {
  const { certificateFolder, instanceFiles, removeInstanceCertificate } = await import("@cspace/certs");
  const folder = certificateFolder(paths.certs);
  const { fallback, own } = instanceFiles(folder, instance);
  try {
    // First Traefik is told: it would ask for a file that is gone.
    if (machine !== undefined) {
      const options = { served: folder.served, fallback: basename(fallback), changed: false, without: basename(own) };
      await serveCertificates(machine.engine, paths, { ...options, signal });
    }
  } catch (error) {
    if (!isCspaceError(error)) throw error;
    // A proxy of another home has never shown it.
    if (error.code !== "CSPACE_PROXY_FOREIGN") onNote(`the proxy was not told: ${error.message}`);
  }
  await removeInstanceCertificate(folder, instance);
}
