import type { ComposeService } from "../model/compose-model.ts";

/** What a service's containers are given so that they trust this machine's certificates. */
export interface ServiceTrust {
  /** A folder of this machine with `root.pem` and, with the image's own roots, `bundle.pem`. */
  readonly folder: string;
  readonly hasBundle: boolean;
  /** Whether the engine confines containers with SELinux, which lets them read what is labelled for them alone. */
  readonly isConfined: boolean;
  /** Variables that the image itself sets. */
  readonly variables: readonly string[];
}

/** What the override says of a service because of its {@link ServiceTrust}. */
export interface PlannedTrust {
  readonly environment: Readonly<Record<string, string>>;
  readonly mount: TrustMount;
}

/** A folder of this machine, for `trustFolder` inside. */
export type TrustMount = Pick<ServiceTrust, "folder" | "isConfined">;

/** Where containers find the files. */
export const trustFolder = "/etc/cspace/certs";

/**
 * Gives a service the root beside the roots that its programs know, and a file of all roots to those that read one. Its
 * own variables stay as they are, and one that is given roots of its own is given no others. Pure.
 *
 * @see https://nodejs.org/api/cli.html#node_extra_ca_certsfile
 * @see https://docs.deno.com/runtime/reference/env_variables/
 * @see https://docs.openssl.org/3.0/man7/openssl-env/
 * @see https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-httpsslCAInfo
 */
export function planTrust(service: ComposeService, trust: ServiceTrust | undefined): PlannedTrust | undefined {
  if (trust === undefined) return undefined;
  const own = (service.environment ?? {}) as Readonly<Record<string, unknown>>;
  const bundle = trust.hasBundle && !hasRootsOfItsOwn(service) ? forBundle : [];
  const wanted = [
    ...forRoot.filter((name) => !trust.variables.includes(name)).map((name) => [name, `${trustFolder}/root.pem`]),
    // A file that the image names is in the bundle.
    ...bundle
      .filter((name) => name === rootsVariable || !trust.variables.includes(name))
      .map((name) => [name, `${trustFolder}/bundle.pem`]),
  ] as const;
  const environment = Object.fromEntries(wanted.filter(([name = ""]) => !Object.hasOwn(own, name)));
  const { folder, isConfined } = trust;
  return Object.keys(environment).length === 0 ? undefined : { environment, mount: { folder, isConfined } };
}

/** The variable by which an image names its own roots. */
export const rootsVariable = "SSL_CERT_FILE";

/**
 * Where images have their roots: Debian and Alpine, Fedora, openSUSE, older Fedora, Alpine without a package.
 *
 * @see https://go.dev/src/crypto/x509/root_linux.go
 */
export const rootsFiles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
] as const;

/** Read beside the roots that the program knows. */
const forRoot = ["NODE_EXTRA_CA_CERTS", "DENO_CERT"] as const;
/** Read in place of them. */
const forBundle = [rootsVariable, "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO"] as const;

/** Whether something is mounted where roots are, or where they are made from. */
function hasRootsOfItsOwn(service: ComposeService): boolean {
  const targets = ["volumes", "configs", "secrets"].flatMap((key) =>
    ((service[key] ?? []) as readonly { readonly target?: string }[]).flatMap(({ target }) => target ?? []),
  );
  return targets.some((target) => rootsFolders.some((folder) => isWithin(folder, target) || isWithin(target, folder)));
}

const rootsFolders = ["/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/usr/local/share/ca-certificates"] as const;

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder.replace(/\/$/, "")}/`);
