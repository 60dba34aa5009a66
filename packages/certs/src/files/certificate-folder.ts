import { join } from "node:path";
import { parseSlug } from "@cspace/hostnames";

/** Where certificates lie, below one folder that only its user may enter. */
export interface CertificateFolder {
  readonly path: string;
  /** The root with its key, the bridge and the anchor, mode 0600: the one file that signs. */
  readonly authority: string;
  /** The anchor alone, for programs that are to trust it. */
  readonly root: string;
  /** A file for each certificate, with its key, mode 0600: what a proxy reads. */
  readonly served: string;
  /** Anchors that another one took the place of, so that they can be taken out of stores. */
  readonly retired: string;
  /** Roots of others with ours among them, for programs that know one file of roots. */
  readonly bundles: string;
}

/**
 * The paths below a folder for certificates.
 *
 * @example
 * ```ts
 * certificateFolder("/home/ada/.cspace/certs").root; //=> "/home/ada/.cspace/certs/root.pem"
 * ```
 */
export function certificateFolder(path: string): CertificateFolder {
  return {
    path,
    authority: join(path, "authority.pem"),
    root: join(path, "root.pem"),
    served: join(path, "served"),
    retired: join(path, "retired"),
    bundles: join(path, "bundles"),
  };
}

/**
 * The file of one served certificate; its name is that of a Compose project, or a slug.
 *
 * @throws {CspaceError} `CSPACE_NAME_INVALID` for what is neither.
 */
export function servedFile(folder: CertificateFolder, name: string): string {
  if (!/^[a-z0-9]+(?:-{1,3}[a-z0-9]+)*$/.test(name)) parseSlug(name, "name of a certificate");
  return join(folder.served, `${name}.pem`);
}
