import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@cspace/plan";
import type { CertificateFolder } from "./certificate-folder.ts";
import { readRootText } from "./ensure-authority.ts";

/** A folder with files for programs that are to trust the root as well; there is no key in it. */
export interface Bundle {
  readonly path: string;
  /** The root alone, for programs that know others by themselves. */
  readonly root: string;
  /** Others' roots and ours; `null` where no others' are known. */
  readonly bundle: string | null;
}

/**
 * Makes sure that there is a folder with the root and, where others' roots are given, a file with all of them. The same
 * roots have the same folder, whose files are written again when the root is another one: who was given the folder has it
 * then. `undefined` while there is no root.
 *
 * @param others PEM; what else is in it is kept.
 * @throws {CspaceError} `CSPACE_CERTS_UNREADABLE`, `CSPACE_WRITE_FAILED` where the file system refuses.
 * @example
 * ```ts
 * const { bundle } = await ensureBundle(folder, await readFile("/etc/ssl/certs/ca-certificates.crt", "utf8"));
 * ```
 */
export async function ensureBundle(folder: CertificateFolder, others: string | null): Promise<Bundle | undefined> {
  const found = describeBundle(folder, others === null ? noOthers : digestOf(others));
  const root = await readRootText(folder);
  if (root === undefined) return undefined;
  await mkdir(found.path, { recursive: true });
  // Whatever the user's umask: containers read it as whoever they run as.
  await chmod(found.path, 0o755);
  if (others !== null) await writeWhereOther(join(found.path, othersName), others);
  await writeBundle(found, root, others);
  return found;
}

/** The folder of roots that were given once, by the name of its folder; nothing is written. */
export function describeBundle(folder: CertificateFolder, name: string): Bundle {
  const path = join(folder.bundles, name);
  return { path, root: join(path, "root.pem"), bundle: name === noOthers ? null : join(path, "bundle.pem") };
}

/** Writes every folder again whose root is not the one of now: it is written last. */
export async function refreshBundles(folder: CertificateFolder): Promise<void> {
  const root = await readRootText(folder);
  if (root === undefined) return;
  for (const name of await readdir(folder.bundles).catch(() => [])) {
    const found = describeBundle(folder, name);
    if ((await readOrNull(found.root)) === root) continue;
    const others = await readOrNull(join(found.path, othersName));
    // One that was being made when its process died is made whole by who wants it.
    if (found.bundle !== null && others === null) continue;
    await writeBundle(found, root, others);
  }
}

const noOthers = "none";
const othersName = "others.pem";
const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

async function writeBundle(found: Bundle, root: string, others: string | null): Promise<void> {
  if (found.bundle !== null && others !== null) await writeWhereOther(found.bundle, `${others.trimEnd()}\n${root}`);
  await writeWhereOther(found.root, root);
}

async function writeWhereOther(path: string, text: string): Promise<void> {
  if ((await readOrNull(path)) !== text) await writeFileAtomic(path, text, { mode: 0o644 });
}

async function readOrNull(path: string): Promise<string | null> {
  return await readFile(path, "utf8").catch(() => null);
}
