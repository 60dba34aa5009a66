import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { HomePaths } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";

/** Prints what the daemon, which holds the gateway, has written: only what went wrong. */
export async function printDaemonLog(
  { output, signal }: Context,
  { run }: HomePaths,
  { follow, tail }: CommandArgs,
): Promise<void> {
  const read = (): Promise<string | undefined> => readFile(join(run, "daemon.log"), "utf8").catch(() => undefined);
  const print = (lines: readonly string[]): void => {
    for (const line of lines) {
      if (output.json) output.line({ service: "gateway", stream: "stderr", line });
      else output.text(`gateway ${output.style.dim("|")} ${line}\n`);
    }
  };
  let text = await read();
  if (text === undefined) {
    throw new CspaceError<CliErrorCode>("CSPACE_PROXY_STOPPED", "the gateway has not run yet", {
      hint: "it starts with the first process: cspace up",
    });
  }
  const lines = linesOf(text);
  print(lines.slice(Math.max(0, lines.length - (typeof tail === "number" ? tail : 100))));
  while (follow === true) {
    await setTimeout(200, undefined, { signal });
    const more = (await read()) ?? "";
    // Every daemon begins anew.
    const before = more.startsWith(text) ? text.length : 0;
    print(linesOf(more.slice(before)));
    text = more;
  }
}

const linesOf = (text: string): readonly string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));
