import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { planFile, readFileState, writeFileAtomic } from "@cspace/plan";
import type { DockerEngine } from "../engine/docker-engine.ts";
import type { HomePaths } from "../home/home-paths.ts";
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
}

/**
 * Lets Traefik show the certificates that are in the folder; tells whether something changed. Traefik is told, since file
 * events do not cross every kind of mount.
 */
export async function serveCertificates(
  engine: DockerEngine,
  paths: HomePaths,
  { served, fallback, changed, without }: ServeCertificatesOptions,
): Promise<boolean> {
  // There is none before the first certificate.
  const all = await readdir(served).catch(() => []);
  if (all.length === 0) return false;
  const files = all.filter((name) => name.endsWith(".pem") && name !== without).sort();
  const path = join(paths.proxy, "dynamic", fileName);
  const text = renderCertificates(files, fallback);
  const differs = planFile(await readFileState(path), text) !== undefined;
  if (differs) await writeFileAtomic(path, text, { mode: 0o644 });
  if (differs || changed) await engine.signalContainer(proxyContainer, "SIGHUP");
  return differs || changed;
}
