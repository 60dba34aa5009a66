import { setTimeout } from "node:timers/promises";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { findDaemon } from "../daemon/open-daemon.ts";
import { pickInstance, readScope } from "./find-instance.ts";

/** Prints what processes of the host write, where the label that is asked for is one; tells whether it was. */
export async function printProcessLogs(
  context: Context,
  label: string | undefined,
  args: CommandArgs,
): Promise<boolean> {
  const daemon = await findDaemon(context);
  if (daemon === undefined) return false;
  const scope = await readScope(context);
  const held = daemon.status.instances.filter(({ record }) => record.project === scope.projectSlug);
  if (held.length === 0) return false;
  const { instance } = pickInstance(
    held.map(({ record }) => record),
    { scope, name: context.flags.instance },
  );
  const found = held.find(({ record }) => record.instance === instance);
  const labels = (found?.routes ?? []).filter((route) => !route.leased).map((route) => route.label);
  const wanted = label === undefined ? labels : labels.filter((one) => one === label);
  if (found === undefined || wanted.length === 0) return false;
  const { output, signal } = context;
  const tail = typeof args.tail === "number" ? args.tail : 100;
  const width = Math.max(...wanted.map((one) => one.length));
  const print = (name: string, line: string): void => {
    if (output.json) output.line({ service: name, stream: "stdout", line });
    else output.text(`${output.style.cyan(name.padEnd(width))} ${output.style.dim("|")} ${line}\n`);
  };
  const printed = new Map<string, readonly string[]>();
  for (let round = 0; ; round += 1) {
    for (const name of wanted) {
      const lines = (await daemon.client.lastLines(found.record, name, round === 0 ? tail : 1000)) ?? [];
      for (const line of newLines(printed.get(name), lines)) print(name, line);
      printed.set(name, lines);
    }
    if (args.follow !== true) return true;
    await setTimeout(250, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

/** What was added to the end since the last look. */
function newLines(before: readonly string[] | undefined, now: readonly string[]): readonly string[] {
  if (before === undefined || before.length === 0) return now;
  for (let overlap = Math.min(before.length, now.length); overlap > 0; overlap -= 1) {
    const tail = before.slice(before.length - overlap);
    const start = now.length - overlap;
    for (let at = 0; at <= start; at += 1) {
      if (tail.every((line, index) => now[at + index] === line)) return now.slice(at + overlap);
    }
  }
  return now;
}
