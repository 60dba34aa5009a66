import { homePaths, openEngineReader } from "@cspace/compose";
import { readHeld } from "@cspace/daemon";
import pc from "picocolors";
import type { Context } from "../context.ts";
import { wantsColor } from "../output/wants-color.ts";
import { readStatus } from "./read-status.ts";
import { readStatusInput, type StatusInput } from "./read-status-input.ts";
import { renderStatus, type Status } from "./render-status.ts";

/** What a status line needs of the world. */
export interface StatusWorld extends Pick<Context, "cwd" | "env" | "platform" | "stdin"> {
  readonly write: (text: string) => unknown;
  /** Whether colours are wanted, as far as flags go. @default true */
  readonly color?: boolean;
  /** Ends another status line's command. */
  readonly signal?: AbortSignal;
}

/** For everything that is asked, in milliseconds. */
const deadlineMs = 150;

/** The part of it in which the input has to come. */
const inputMs = 100;

/** What is read of an input that no other status line needs: far more than Claude Code sends. */
const maxBytes = 2 ** 20;

/**
 * Prints one line for Claude Code, whatever its input is and whatever is down. With the command of another status line,
 * that one's lines go before.
 */
export async function printStatus(world: StatusWorld, other?: string): Promise<void> {
  const { env, cwd, platform, write, signal, color = true } = world;
  let input: Promise<StatusInput> | undefined;
  const readInput = (): Promise<StatusInput> => {
    input ??= readStatusInput(world.stdin, { timeoutMs: inputMs, ...(other === undefined ? { maxBytes } : {}) });
    return input;
  };
  // Colours are shown, though no terminal is to be seen: https://no-color.org
  const style = pc.createColors(wantsColor(color, env, true));
  const status = readFor(world, async () => {
    const { directories } = await readInput();
    return directories.length === 0 ? [cwd] : directories;
  });
  const [line, beside] = await Promise.all([
    renderInTime(status, style),
    other === undefined ? "" : readInput().then(({ bytes }) => runOther(other, bytes)),
  ]);
  write(`${[beside, line].filter((part) => part !== "").join("\n")}\n`);

  async function runOther(command: string, bytes: Buffer): Promise<string> {
    const { runBeside } = await import("./run-beside.ts");
    return await runBeside(command, { input: bytes, env, platform, signal });
  }
}

/** Whatever fails here rejects: a user without a home, too, has another status line beside. */
async function readFor(
  { env, platform }: StatusWorld,
  findDirectories: () => Promise<readonly string[]>,
): Promise<Status> {
  return await readStatus(findDirectories, {
    paths: homePaths({ env }),
    readHeld: () => readHeld({ env, platform }, deadlineMs),
    openEngine: () => openEngineReader({ env, platform, timeoutMs: deadlineMs }),
    platform,
    timeoutMs: deadlineMs,
  });
}

/** A failure is a hint; a disk that does not answer leaves the line empty. */
async function renderInTime(status: Promise<Status>, style: Parameters<typeof renderStatus>[1]): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Status>((resolve) => {
    timer = setTimeout(resolve, deadlineMs + 50, { instances: [], hint: null });
  });
  try {
    return renderStatus(await Promise.race([status, late]), style);
  } catch (error) {
    return renderStatus({ instances: [], hint: (error as Error).message }, style);
  } finally {
    clearTimeout(timer);
  }
}
