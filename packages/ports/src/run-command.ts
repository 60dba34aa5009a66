import { execFile } from "node:child_process";

/** Runs a program without a shell. Rejects when it cannot be started; a failing program is an `exitCode`. */
export type RunCommand = (
  file: string,
  args: readonly string[],
) => Promise<{ readonly exitCode: number; readonly stdout: string }>;

/** The real {@link RunCommand}; a program that takes more than 5 s is killed and counts as failed. */
export const runCommand: RunCommand = (file, args) =>
  new Promise((resolve, reject) => {
    execFile(file, [...args], { timeout: 5_000, windowsHide: true }, (error, stdout) => {
      if (typeof error?.code === "string") reject(error);
      else resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout });
    });
  });
