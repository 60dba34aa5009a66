import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CspaceError } from "@cspace/errors";
import { planFile, readFileState, writeFileAtomic } from "@cspace/plan";
import type { DockerEngine } from "../engine/docker-engine.ts";
import type { ComposeErrorCode } from "../errors.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { isGone } from "../home/is-gone.ts";
import { withLock } from "../home/with-lock.ts";
import { proxyContainer } from "../proxy-names.ts";

/** Where the proxy's container finds the certificates. */
export const servedFolder = "/etc/traefik/certs";

const fileName = "certificates.yml";

/**
 * The dynamic configuration by which Traefik shows these certificates, each by the names in it; `fallback` is for who asks
 * for a name that none of the others is for. Each file holds a certificate and its key. Pure.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/tls/tls-certificates/
 */
function renderCertificates(files: readonly string[], fallback: string): string {
  const pair = (file: string): object => ({
    certFile: `${servedFolder}/${file}`,
    keyFile: `${servedFolder}/${file}`,
  });
  const tls = {
    certificates: files.filter((file) => file !== fallback).map(pair),
    ...(files.includes(fallback) ? { stores: { default: { defaultCertificate: pair(fallback) } } } : {}),
  };
  // JSON is YAML: https://yaml.org/spec/1.2.2/#12-changes
  return `${JSON.stringify({ tls }, null, 2)}\n`;
}

/** Options of {@link serveCertificates}. */
export interface ServeCertificatesOptions {
  /** The folder that the proxy's container sees as {@link servedFolder}. */
  readonly served: string;
  /** The file of the certificate for no name. */
  readonly fallback: string;
  /** Whether what is in the files has changed; Traefik reads them again then. */
  readonly changed: boolean;
  /** A file that is about to go. @default none */
  readonly without?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lets Traefik show the certificates that are in the folder; tells whether something changed. Traefik is told, since file
 * events do not cross every kind of mount. Where nothing is to change, nothing is locked.
 *
 * @throws {CspaceError} `CSPACE_PROXY_FOREIGN` where the proxy was started from another home, and reads that one's.
 */
export async function serveCertificates(
  engine: DockerEngine,
  paths: HomePaths,
  options: ServeCertificatesOptions,
): Promise<boolean> {
  const folder = join(paths.proxy, "dynamic");
  const path = join(folder, fileName);
  const plan = async (): Promise<string | undefined> => {
    const text = await renderFolder(options);
    return text === undefined ? undefined : (planFile(await readFileState(path), text)?.after ?? undefined);
  };
  if (!options.changed && (await plan()) === undefined) return false;
  if (isGone(folder)) {
    throw new CspaceError<ComposeErrorCode>("CSPACE_PROXY_FOREIGN", "the proxy was started from another home", {
      hint: "it shows that one's certificates alone",
    });
  }
  return await withLock(
    paths,
    "proxy",
    async () => {
      const text = await plan();
      if (text !== undefined) await writeFileAtomic(path, text, { mode: 0o644 });
      if (text !== undefined || options.changed) await engine.signalContainer(proxyContainer, "SIGHUP");
      return text !== undefined || options.changed;
    },
    { signal: options.signal },
  );
}

/** `undefined` before there is a first certificate. */
async function renderFolder({ served, fallback, without }: ServeCertificatesOptions): Promise<string | undefined> {
  const files = (await readdir(served).catch(() => [])).filter((name) => name.endsWith(".pem"));
  return files.length === 0 ? undefined : renderCertificates(files.filter((name) => name !== without).sort(), fallback);
}
