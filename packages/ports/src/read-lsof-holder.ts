import type { PortProtocol } from "./bind-port.ts";
import { errorCode } from "./error-code.ts";
import type { RunCommand } from "./run-command.ts";

/** A process that has a port. */
export interface HoldingProcess {
  readonly kind: "process";
  readonly name: string;
  readonly pid: number;
}

/**
 * The holder of a port as `lsof` names it; `undefined` when it names nobody or is not installed.
 *
 * Format: lsof(8), "Output for other programs": a line per field, `p` and the pid, `c` and the command's name.
 */
export async function readLsofHolder(
  port: number,
  protocol: PortProtocol,
  run: RunCommand,
): Promise<HoldingProcess | undefined> {
  const selection = protocol === "tcp" ? [`-iTCP:${port}`, "-sTCP:LISTEN"] : [`-iUDP:${port}`];
  const stdout = await readStdout(run, ["-nP", ...selection, "-Fpc", "+c", "0"]);
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  const name = /^c(.+)$/m.exec(stdout)?.[1];
  if (pid === undefined || name === undefined) return undefined;
  return { kind: "process", name: decodeName(name), pid: Number(pid) };
}

/** lsof ends with 1 when it finds nothing, so only what it wrote counts. */
async function readStdout(run: RunCommand, args: readonly string[]): Promise<string> {
  try {
    return (await run("lsof", args)).stdout;
  } catch (error) {
    // `EACCES` is what a directory of PATH that this user may not search gives for a program that is nowhere.
    if (["ENOENT", "EACCES"].includes(errorCode(error) ?? "")) return "";
    throw error;
  }
}

/** lsof writes a space or another special character as `\x20`. */
function decodeName(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
