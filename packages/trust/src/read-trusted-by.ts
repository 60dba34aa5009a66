import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileStores } from "./file-stores.ts";
import type { ReadTrustOptions } from "./read-trust.ts";
import type { RootCertificate } from "./root-certificate.ts";

/** Who trusts a root now. */
export interface TrustedBy {
  /** What people open links with: Chromium and its kind on Linux, every browser elsewhere. */
  readonly browser: boolean;
  /** What asks the system, such as curl. */
  readonly program: boolean;
}

/** Options of {@link readTrustedBy}. */
export interface ReadTrustedByOptions extends Omit<ReadTrustOptions, "root" | "former"> {
  /** The root that is asked about. */
  readonly root: Pick<RootCertificate, "path" | "certificate">;
}

/**
 * Tells who trusts a root, from what their stores hold. On Linux files are read and no program is run, so that it can be
 * asked whenever a URL is shown.
 *
 * @example
 * ```ts
 * const { browser } = await readTrustedBy({ root }); //=> whether a link of https opens without a warning
 * ```
 */
export async function readTrustedBy(options: ReadTrustedByOptions): Promise<TrustedBy> {
  const { root, platform = process.platform, home = homedir(), machine = "/" } = options;
  if (platform === "darwin" || platform === "win32") {
    const { readTrust } = await import("./read-trust.ts");
    const stores = await readTrust({ ...options, root: { name: "", fingerprint: "", ...root } });
    const isTrusted = stores.some(({ state }) => state === "trusted");
    return { browser: isTrusted, program: isTrusted };
  }
  const lines = linesOf(root);
  const [database, bundle] = await Promise.all([
    readFile(join(home, ".pki/nssdb/cert9.db")).catch(() => undefined),
    readTrustingBundle({ certificate: root.certificate, platform, machine }),
  ]);
  return {
    // The database keeps a certificate as it is encoded; what cspace puts there is trusted.
    browser: lines.length > 0 && database?.includes(Buffer.from(lines.join(""), "base64")) === true,
    program: bundle !== undefined,
  };
}

/** Options of {@link readTrustingBundle}. */
export interface ReadTrustingBundleOptions
  extends Pick<RootCertificate, "certificate">,
    Pick<ReadTrustOptions, "platform" | "machine"> {}

/**
 * The file of the system's roots that holds this one too, for programs that are told a file; `undefined` where there is
 * none, as on systems that keep roots in no file.
 */
export async function readTrustingBundle(options: ReadTrustingBundleOptions): Promise<string | undefined> {
  const { platform = process.platform, machine = "/" } = options;
  const lines = linesOf(options);
  if (platform === "darwin" || platform === "win32" || lines.length === 0) return undefined;
  const paths = fileStores.flatMap(({ bundles }) => bundles.map((path) => join(machine, path)));
  const texts = await Promise.all(paths.map((path) => readFile(path, "latin1").catch(() => "")));
  return paths.find((_, index) => lines.every((line) => texts[index]?.includes(line)));
}

/** The lines of a certificate that no other one has. */
function linesOf({ certificate }: Pick<RootCertificate, "certificate">): string[] {
  return certificate.split(/\s+/).filter((line) => line.length > 20 && !line.startsWith("-----"));
}
