import { createHash } from "node:crypto";
import { join } from "node:path";
import type { HomePaths } from "@cspace/compose";

/**
 * Where the daemon of a home listens: a socket in `run`, a named pipe on Windows. A path that no socket can have (104
 * bytes on macOS, 108 on Linux: unix(7)) is replaced by a short one, in a folder of this user's alone that does not depend on the session.
 */
export function daemonSocket(
  { home, run }: HomePaths,
  { platform, uid }: { readonly platform: NodeJS.Platform; readonly uid: number },
): string {
  const keyOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
  if (platform === "win32") return `\\\\.\\pipe\\cspace-${keyOf(home)}`;
  const path = join(run, "daemon.sock");
  if (Buffer.byteLength(path) <= 100) return path;
  return join(`/tmp/cspace-${uid}`, `cspace-${keyOf(home)}.sock`);
}
