import { join } from "node:path";
import type { Machine } from "./machine.ts";
import { exists, outputOf, readOrNothing } from "./read-or-nothing.ts";

/** Whether this Linux runs inside Windows. */
export async function isWsl(root: string): Promise<boolean> {
  return /microsoft/i.test(await readOrNothing(join(root, "proc/sys/kernel/osrelease")));
}

/**
 * Whether Windows reaches a DNS inside WSL2: where both share their network, or Docker Desktop publishes it.
 *
 * @see https://learn.microsoft.com/windows/wsl/networking
 */
export async function isSharedWithWindows({ root, run, signal }: Omit<Machine, "domains">): Promise<boolean> {
  const mode = await outputOf(run, "wslinfo", ["--networking-mode"], signal);
  return mode.trim() === "mirrored" || (await exists(join(root, "mnt/wsl/docker-desktop")));
}
