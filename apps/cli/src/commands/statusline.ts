import { homePaths, openEngineReader } from "@cspace/compose";
import pc from "picocolors";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { readStatus } from "../core/read-status.ts";
import { readStatusInput } from "../core/read-status-input.ts";
import { renderStatus, type Status } from "../core/render-status.ts";

/** For everything that is asked, in milliseconds. */
const deadlineMs = 150;

/** The part of it in which the input has to come. */
const inputMs = 100;

/** What is read of an input that no other status line needs: far more than Claude Code sends. */
const maxBytes = 2 ** 20;

/** Prints one line for Claude Code, whatever its input is and whatever is down; another status line's lines go before. */
export async function run(context: Context, args: CommandArgs): Promise<undefined> {
  const { output, env, cwd, platform, stdin } = context;
  const other = typeof args.beside === "string" ? args.beside : undefined;
  const input = readStatusInput(stdin, { timeoutMs: inputMs, ...(other === undefined ? { maxBytes } : {}) });
  const directory = input.then((read) => read.directory ?? cwd);
  const [line, beside] = await Promise.all([
    // Colours are shown, though no terminal is to be seen: https://no-color.org
    renderInTime(readFor(context, directory), pc.createColors(env.NO_COLOR === undefined || env.NO_COLOR === "")),
    other === undefined ? "" : input.then(({ bytes }) => runOther(other, bytes)),
  ]);
  output.text(`${[beside, line].filter((part) => part !== "").join("\n")}\n`);
  return undefined;

  async function runOther(command: string, bytes: Buffer): Promise<string> {
    const { runBeside } = await import("../core/run-beside.ts");
    return await runBeside(command, { input: bytes, env, platform });
  }
}

function readFor({ env, platform }: Context, directory: Promise<string>): Promise<Status> {
  return readStatus(directory, {
    paths: homePaths({ env }),
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
