import type { Context } from "../context.ts";
import { Output } from "../output/output.ts";

/** A context for what is done again, behind a command that runs: it says nothing. */
export function withoutWords(context: Context): Context {
  const nowhere = { write: () => undefined };
  const output = new Output({ stdout: nowhere, stderr: nowhere, json: context.output.json, quiet: true, color: false });
  // Whoever copies the context opens the standard input, which is the command's.
  return Object.create(context, { output: { value: output } });
}
