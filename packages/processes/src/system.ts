import { execFile } from "node:child_process";
import type { RunCommand } from "@cspace/ports";

/** What this package asks of the machine, so that a test can play another one. */
export interface ProcessSystem {
  readonly platform: NodeJS.Platform;
  /** Where Linux shows its processes. */
  readonly procDir: string;
  /** Runs `ps`, `lsof` and `taskkill`. */
  readonly run: RunCommand;
  /** Sends a signal to a process, or to a group by its negative number; 0 only asks. As `process.kill`. */
  readonly kill: (pid: number, signal: NodeJS.Signals | 0) => void;
}

/** This machine. */
export const thisSystem: ProcessSystem = {
  platform: process.platform,
  procDir: "/proc",
  run: (file, args) =>
    new Promise((resolve, reject) => {
      execFile(file, [...args], { timeout: 5_000, windowsHide: true }, (error, stdout) => {
        if (typeof error?.code === "string") reject(error);
        else resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout });
      });
    }),
  kill: (pid, signal) => void process.kill(pid, signal),
};
