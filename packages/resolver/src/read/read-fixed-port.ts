import { type RunCommand, runCommand } from "@cspace/plan";
import { isSharedWithWindows, isWsl } from "./wsl.ts";

/** Options of {@link readFixedPort}. */
export interface ReadFixedPortOptions {
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
  /** The folder that every path is below. @default "/" */
  readonly root?: string;
  /** @default the real one */
  readonly run?: RunCommand;
}

/**
 * The only DNS port that rules of this machine can mean: 53 on Windows, and in a WSL2 whose DNS Windows reaches; `null`
 * where a rule may name any. Does not tell whether there is a rule.
 *
 * @example
 * ```ts
 * await readFixedPort({ platform: "win32" }); //=> 53
 * ```
 */
export async function readFixedPort(options: ReadFixedPortOptions = {}): Promise<number | null> {
  const { platform = process.platform, root = "/", run = runCommand } = options;
  if (platform === "win32") return 53;
  const shared =
    platform === "linux" && (await isWsl(root)) && (await isSharedWithWindows({ root, run, signal: undefined }));
  return shared ? 53 : null;
}
