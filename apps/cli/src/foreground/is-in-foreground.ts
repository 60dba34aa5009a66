import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";

/**
 * Whether this process is in the foreground of its terminal, which then sends Ctrl-C and Ctrl-\ to it and to everything
 * that it runs. What its streams are does not tell: they can be redirected, and the terminal still sends.
 */
export async function isInForeground(platform: NodeJS.Platform): Promise<boolean> {
  // Windows has no signals: what comes, comes from the console, and goes to all.
  if (platform === "win32") return true;
  const [group, foreground] = await (platform === "linux" ? readStat() : readPs());
  return group !== undefined && group === foreground;
}

/** proc_pid_stat(5): `pgrp` and `tpgid`, the third and the sixth after the name, which may hold any character. */
async function readStat(): Promise<readonly (string | undefined)[]> {
  const text = await readFile("/proc/self/stat", "utf8").catch(() => "");
  const [, , group, , , foreground] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return [group, foreground];
}

/** ps(1) of macOS and the BSDs. */
function readPs(): Promise<readonly (string | undefined)[]> {
  return new Promise((resolve) => {
    const args = ["-o", "pgid=", "-o", "tpgid=", "-p", String(process.pid)];
    execFile("ps", args, { timeout: 1000 }, (_error, stdout) => resolve(stdout.trim().split(/\s+/)));
  });
}
