import { readFile } from "node:fs/promises";
import { type CertificateFolder, certificateFolder, ensureAuthority, ensureBundle } from "@cspace/certs";
import type { HomePaths } from "@cspace/compose";
import { readTrustingBundle } from "@cspace/trust";
import type { Context } from "../options.ts";
import type { Origin } from "./choose-origin.ts";

/** Options of {@link readHostTrust}. */
export interface HostTrustOptions {
  readonly paths: HomePaths;
  /** Whether the project wants it. */
  readonly trusts: boolean;
  readonly protocol: Origin["protocol"];
  /** For these an authority is made where there is none yet. @default none is made */
  readonly domains?: readonly string[];
}

/**
 * The variables by which programs of this machine trust its certificates, where they do not ask the system: Node's, and
 * with URLs of HTTPS Python's. Roots that the environment names already stay, with ours beside them.
 *
 * @see https://nodejs.org/api/cli.html#node_extra_ca_certsfile
 * @see https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification
 */
export async function readHostTrust(
  { env, platform }: Pick<Context, "env" | "platform">,
  { paths, trusts, protocol, domains }: HostTrustOptions,
): Promise<Record<string, string>> {
  const folder = certificateFolder(paths.certs);
  const readCertificate = (): Promise<string | undefined> => readFile(folder.root, "utf8").catch(() => undefined);
  let certificate = trusts ? await readCertificate() : undefined;
  if (trusts && certificate === undefined && domains !== undefined) {
    // What keeps it from being made is said by who serves it.
    await ensureAuthority(folder, { domains }).catch(() => undefined);
    certificate = await readCertificate();
  }
  if (certificate === undefined) return {};
  const extra = env.NODE_EXTRA_CA_CERTS;
  const others = extra ? await readFile(extra, "utf8").catch(() => undefined) : undefined;
  const node = others === undefined ? folder.root : ((await joinRoots(folder, { others, certificate })) ?? extra);
  const bundle =
    protocol === "https" && env.REQUESTS_CA_BUNDLE === undefined
      ? await readTrustingBundle({ certificate, platform })
      : undefined;
  return {
    ...(node === undefined ? {} : { NODE_EXTRA_CA_CERTS: node }),
    ...(bundle === undefined ? {} : { REQUESTS_CA_BUNDLE: bundle }),
  };
}

/** A file of somebody's roots and ours; `undefined` where that one has ours, or none can be written: theirs are not lost. */
async function joinRoots(
  folder: CertificateFolder,
  { others, certificate }: { readonly others: string; readonly certificate: string },
): Promise<string | undefined> {
  if (others.includes(certificate.trim())) return undefined;
  return (await ensureBundle(folder, others).catch(() => undefined))?.bundle ?? undefined;
}
