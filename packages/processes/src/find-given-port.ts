import { CspaceError } from "@cspace/errors";
import { describeHolder, findFreePort, isPortFree, portHolder } from "@cspace/ports";
import type { ProcessesErrorCode } from "./processes-error-code.ts";

/**
 * The port that a process is given: its own, else the one it had before, else a free one.
 *
 * @throws `CSPACE_PROCESS_PORT_TAKEN` when its own port is somebody else's.
 */
export async function findGivenPort(
  { name, port }: { readonly name: string; readonly port?: number },
  before: number | null,
): Promise<number> {
  if (port === undefined) {
    return before !== null && (await isPortFree(before)) === "free" ? before : findFreePort();
  }
  // "unknown": it is not for this user to try, and perhaps for the process.
  if ((await isPortFree(port)) !== "taken") return port;
  const holder = await portHolder(port);
  const by = holder === undefined ? "" : ` by ${describeHolder(holder)}`;
  throw new CspaceError<ProcessesErrorCode>("CSPACE_PROCESS_PORT_TAKEN", `port ${port} of ${name} is taken${by}`, {
    hint: `stop it, or leave "port" out of ${name} in .cspace.json: then it gets a free one`,
  });
}
