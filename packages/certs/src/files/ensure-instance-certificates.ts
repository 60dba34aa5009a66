import { composeProjectName, type RouteName } from "@cspace/hostnames";
import { type CertificateFolder, servedFile } from "./certificate-folder.ts";
import type { EnsureAuthorityOptions } from "./ensure-authority.ts";
import {
  type EnsuredCertificate,
  ensureCertificate,
  removeCertificate,
  renewCertificates,
} from "./ensure-certificate.ts";

/** An instance of a project. */
export type InstanceName = Pick<RouteName, "instance" | "project">;

/** What a certificate is for no name is called; no instance's is. */
const noName = "none";

/** What a proxy shows, see {@link ensureInstanceCertificates}. */
export interface InstanceCertificates {
  /** For who asks for a name that no other certificate is for: it is for none. */
  readonly fallback: EnsuredCertificate;
  /** One for each instance, in their order. */
  readonly own: readonly EnsuredCertificate[];
  /** Whether anything in the folder was made. */
  readonly changed: boolean;
  /** As of {@link EnsuredCertificate}. */
  readonly replaced: string | null;
}

/**
 * Makes sure that a folder holds a certificate for every hostname of these instances, and one for no name; makes those of
 * other instances anew that are about to end.
 *
 * @throws {CspaceError} as `ensureCertificate`.
 */
export async function ensureInstanceCertificates(
  folder: CertificateFolder,
  { instances, domains, now = new Date() }: EnsureAuthorityOptions & { readonly instances: readonly InstanceName[] },
): Promise<InstanceCertificates> {
  const own: EnsuredCertificate[] = [];
  for (const one of instances) {
    const hostnames = domains.map((domain) => `*.${one.instance}.${one.project}.${domain}`);
    own.push(await ensureCertificate(folder, { name: composeProjectName(one), hostnames, domains, now }));
  }
  // Last, since one of the others may have brought a new root.
  const fallback = await ensureCertificate(folder, { name: noName, hostnames: [], domains, now });
  const except = [noName, ...instances.map(composeProjectName)];
  const others = await renewCertificates(folder, { domains, now, except });
  const all = [fallback, ...own];
  return {
    fallback,
    own,
    changed: others.length > 0 || all.some(({ changed }) => changed),
    replaced: all.find(({ replaced }) => replaced !== null)?.replaced ?? null,
  };
}

/** The files of a folder that a proxy reads for an instance, and for no name. */
export function instanceFiles(
  folder: CertificateFolder,
  instance: InstanceName,
): { readonly fallback: string; readonly own: string } {
  return { fallback: servedFile(folder, noName), own: servedFile(folder, composeProjectName(instance)) };
}

/** Forgets the certificate of an instance; tells whether there was one. */
export function removeInstanceCertificate(folder: CertificateFolder, instance: InstanceName): Promise<boolean> {
  return removeCertificate(folder, composeProjectName(instance));
}
