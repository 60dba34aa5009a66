import { ensureProxy, isEngineError } from "@cspace/compose";
import type { Host } from "@cspace/instances";
import type { Context } from "../context.ts";
import type { Progress } from "../output/progress.ts";

/**
 * Starts the proxy where it can be started, so that it is settled on which port its DNS listens; elsewhere a note says
 * that names are found once it runs. Tells whether something changed.
 */
export async function startProxy(context: Context, host: Host, { onLine }: Pick<Progress, "onLine">): Promise<boolean> {
  const { output, signal } = context;
  const noteMissing = (why: string): false => {
    output.note(`the proxy is not started (${why}); names are found once it runs: cspace proxy up`);
    return false;
  };
  if (host.machine === undefined) return noteMissing(host.noEngine ?? "there is no engine");
  try {
    const { changed, notes } = await ensureProxy({ ...host.machine, signal, onLine });
    for (const note of notes) output.note(note);
    return changed;
  } catch (error) {
    if (!isEngineError(error)) throw error;
    return noteMissing(error.message);
  }
}
