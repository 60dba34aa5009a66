import { mentionGarbage } from "@cspace/instances";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";

/** Tells a person, at most once a day, that something is left of directories that are gone. */
export async function noteGarbage(context: Context): Promise<void> {
  const { output, flags } = context;
  if (output.json || flags.quiet) return;
  const sentence = await mentionGarbage(instanceOptions(context));
  if (sentence !== undefined) output.note(sentence);
}
