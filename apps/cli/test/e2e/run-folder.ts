import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Names the folder of a run, in which every sandbox is. */
export const runFolderVariable = "E2E_RUN_FOLDER";

/** Makes the folder of a run under the user's home, which Docker can mount from. */
export function setup(): void {
  const folder = mkdtempSync(join(homedir(), ".cspace-e2e-"));
  // Programs that run as another user go through it.
  chmodSync(folder, 0o755);
  process.env[runFolderVariable] = folder;
}

/** Removes it with all that is left. */
export function teardown(): void {
  rmSync(process.env[runFolderVariable] as string, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
