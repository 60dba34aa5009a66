import { readdir } from "node:fs/promises";
import { certificateFolder, readRoot } from "@cspace/certs";
import type { TrustEvidence } from "@cspace/doctor";
import type { Reading } from "./reading.ts";

/** What the certificate stores say of this machine's authority. */
export async function readTrustState({ paths }: Reading): Promise<TrustEvidence> {
  const root = await readRoot(certificateFolder(paths.certs)).catch(() => undefined);
  if (root === undefined || (await readdir(paths.certs).catch(() => [])).length === 0) return { stores: null };
  const { readTrust } = await import("@cspace/trust");
  const stores = await readTrust({ root });
  return { stores: stores.map(({ readers, state }) => ({ readers, state })) };
}
