import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileStores } from "./file-stores.ts";
import { type ReadTrustOptions, readTrust } from "./read-trust.ts";
import { bodyOf } from "./root-certificate.ts";

/** Who trusts a root now. */
export interface TrustedBy {
  /** What people open links with: Chromium and its kind on Linux, every browser elsewhere. */
  readonly browser: boolean;
  /** What asks the system, such as curl. */
  readonly program: boolean;
}

/**
 * Tells who trusts a root, from what their stores hold. On Linux two files are read and no program is run, so that it can be
 * asked whenever a URL is shown.
 *
 * @example
 * ```ts
 * const { browser } = await readTrustedBy({ root }); //=> whether a link of https opens without a warning
 * ```
 */
export async function readTrustedBy(options: ReadTrustOptions): Promise<TrustedBy> {
  const { root, platform = process.platform, home = homedir(), machine = "/" } = options;
  if (platform === "darwin" || platform === "win32") {
    const isTrusted = (await readTrust(options)).some(({ state }) => state === "trusted");
    return { browser: isTrusted, program: isTrusted };
  }
  const [database, ...bundles] = await Promise.all([
    readFile(join(home, ".pki/nssdb/cert9.db")).catch(() => undefined),
    ...fileStores
      .flatMap((store) => store.bundles)
      .map((path) => readFile(join(machine, path), "utf8").catch(() => "")),
  ]);
  return {
    // The database keeps a certificate as it is encoded; what cspace puts there is trusted.
    browser: database?.includes(new X509Certificate(root.certificate).raw) === true,
    program: bundles.some((text) => bodyOf(text).includes(bodyOf(root.certificate))),
  };
}
