import { fileURLToPath } from "node:url";
import type { DaemonProgram } from "@cspace/daemon";

/** The daemon as a program of its own, which this package brings. */
export function ownDaemon(): DaemonProgram {
  return [process.execPath, fileURLToPath(new URL("../bin/cspace-daemon.js", import.meta.url))];
}
