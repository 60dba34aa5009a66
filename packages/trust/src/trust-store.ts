import type { RootCertificate } from "./root-certificate.ts";

/** The kinds of stores that are known here. */
export type TrustStoreKind = "debian" | "fedora" | "opensuse" | "arch" | "java" | "nss" | "keychain" | "windows";

/** A store of the machine, and what it says of a root. */
export interface TrustStore {
  readonly kind: TrustStoreKind;
  /** Where it is: a folder, a database, a keychain, or Windows' own name. */
  readonly path: string;
  /** Who asks it, such as `curl, wget, git, Go, OpenSSL and PHP`. */
  readonly readers: string;
  /** Whether a change needs the rights of root. */
  readonly needsRoot: boolean;
  /** Whether it is not there yet, and is made first. */
  readonly isNew: boolean;
  /** `trusted`: its readers trust the root now; `unknown`: what would tell is not there. */
  readonly state: "trusted" | "not-trusted" | "unknown";
  /** What is missing, and the command that gets it; `null` where nothing is. */
  readonly reason: string | null;
  /** Roots of ours that lie in it, trusted or not: what is to be taken out of it. */
  readonly own: readonly OwnEntry[];
}

/** An entry of ours in a store. */
export interface OwnEntry {
  /** The file, or what the store lists it under. */
  readonly name: string;
  readonly root: RootCertificate;
}
