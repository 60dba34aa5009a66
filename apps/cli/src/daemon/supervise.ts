import type { SupervisedProcess } from "./holder.ts";
import type { ProcessRequest } from "./protocol.ts";

/** TEMPORARY */
export function supervise(
  _request: ProcessRequest,
  _options: { logs: string; onChange: () => void },
): SupervisedProcess {
  throw new Error("not yet");
}
