import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { homePaths, instanceFolder } from "@cspace/compose";
import { readLog } from "@cspace/processes";
import type { Context } from "../options.ts";

type Names = { readonly project: string; readonly instance: string };

/** The labels of an instance whose processes have written a log. */
export async function readLoggedLabels({ env }: Context, names: Names): Promise<string[]> {
  try {
    const files = await readdir(logFolder(env, names));
    return files.filter((file) => file.endsWith(".log")).map((file) => file.slice(0, -".log".length));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** One line that a process wrote, or that cspace noted of it. */
export interface ProcessLogLine {
  readonly stream: "stdout" | "stderr" | "note";
  readonly line: string;
  /** ISO 8601. */
  readonly time: string;
}

/** What the streams are called in documents; a note is cspace's own, about how the process starts and ends. */
const streams = { out: "stdout", err: "stderr", note: "note" } as const;

/** Reads what a process of the host wrote. */
export async function* readProcessLog(
  { env, signal }: Context,
  names: Names,
  label: string,
  { follow, tail, since }: { readonly follow: boolean; readonly tail: number; readonly since: Date | undefined },
): AsyncGenerator<ProcessLogLine, undefined> {
  for await (const { time, stream, text } of readLog(logFolder(env, names), label, { follow, tail, signal })) {
    if (since === undefined || Date.parse(time) >= since.getTime()) yield { stream: streams[stream], line: text, time };
  }
  return undefined;
}

function logFolder(env: NodeJS.ProcessEnv, names: Names): string {
  return join(instanceFolder(homePaths({ env }), names), "logs");
}
