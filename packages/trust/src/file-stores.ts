import type { TrustStoreKind } from "./trust-store.ts";

/** A store that is a folder of files, of which a program makes what others read. */
export interface FileStore {
  readonly kind: TrustStoreKind;
  /** Where a certificate is put. */
  readonly folder: string;
  /** What its files end in. */
  readonly extension: string;
  /** What makes the bundle. */
  readonly update: string;
  /** The commands that make it anew when the file of this name went, one a line. @default update */
  readonly forget?: (name: string) => string;
  /** What programs read; the first that is there. */
  readonly bundles: readonly string[];
  readonly source: string;
}

/** In the order in which they are looked for: the first whose folder is there is the machine's. */
export const fileStores: readonly FileStore[] = [
  {
    kind: "debian",
    folder: "/usr/local/share/ca-certificates",
    extension: ".crt",
    update: "update-ca-certificates",
    // Links to a file that went are left where they are, unless all are made anew, which Java's hook takes for new ones.
    forget: (name) => `rm -f /etc/ssl/certs/${name}.pem\nupdate-ca-certificates\nopenssl rehash /etc/ssl/certs`,
    bundles: ["/etc/ssl/certs/ca-certificates.crt"],
    source: "https://manpages.debian.org/bookworm/ca-certificates/update-ca-certificates.8.en.html",
  },
  {
    kind: "fedora",
    folder: "/etc/pki/ca-trust/source/anchors",
    extension: ".pem",
    update: "update-ca-trust extract",
    bundles: ["/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/pki/tls/certs/ca-bundle.crt"],
    source: "https://docs.fedoraproject.org/en-US/quick-docs/using-shared-system-certificates/",
  },
  {
    kind: "opensuse",
    folder: "/etc/pki/trust/anchors",
    extension: ".pem",
    update: "update-ca-certificates",
    bundles: ["/var/lib/ca-certificates/ca-bundle.pem"],
    source: "https://github.com/openSUSE/ca-certificates",
  },
  {
    kind: "arch",
    folder: "/etc/ca-certificates/trust-source/anchors",
    extension: ".crt",
    update: "trust extract-compat",
    bundles: ["/etc/ca-certificates/extracted/tls-ca-bundle.pem", "/etc/ssl/certs/ca-certificates.crt"],
    source: "https://wiki.archlinux.org/title/User:Grawity/Adding_a_trusted_CA_certificate",
  },
];

/** Who reads the bundle of a Linux machine. */
export const systemReaders = "curl, wget, git, Go, OpenSSL and PHP";
