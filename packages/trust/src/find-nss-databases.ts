import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A database of NSS, and who reads it. */
export interface NssDatabase {
  readonly path: string;
  readonly readers: string;
}

/**
 * Where Chromium and its kind look on Linux.
 *
 * @see https://chromium.googlesource.com/chromium/src/+/HEAD/docs/linux/cert_management.md
 */
const chromium = [".pki/nssdb", "snap/chromium/current/.pki/nssdb"];

/**
 * The folders of Firefox's profiles on Linux, below a home: of its packages, of snap and of flatpak.
 *
 * @see https://support.mozilla.org/en-US/kb/profiles-where-firefox-stores-user-data
 */
export const firefoxFolders: readonly string[] = [
  ".mozilla/firefox",
  "snap/firefox/common/.mozilla/firefox",
  ".var/app/org.mozilla.firefox/.mozilla/firefox",
];

/**
 * The databases in a home folder: Chromium's, which is made where there is none yet, and one of each profile of Firefox.
 */
export async function findNssDatabases(home: string): Promise<NssDatabase[]> {
  const [own, ...others] = chromium;
  const paths = [join(home, own as string)];
  for (const other of others) if (await exists(dirname(join(home, other)))) paths.push(join(home, other));
  const found = paths.map((path): NssDatabase => ({ path, readers: "Chrome, Chromium, Edge and Brave" }));
  for (const folder of firefoxFolders) {
    const profiles = await readdir(join(home, folder)).catch(() => []);
    for (const profile of profiles.sort()) {
      const path = join(home, folder, profile);
      if (await exists(join(path, "cert9.db"))) found.push({ path, readers: `Firefox, the profile ${profile}` });
    }
  }
  return found;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
