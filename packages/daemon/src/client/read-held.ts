import type { HeldInstance } from "../protocol.ts";
import { type DaemonPlace, findSocket } from "../socket/find-socket.ts";
import { createDaemonClient } from "./daemon-client.ts";

/** What the daemon of this home holds; rejects with the system's error when none answers in time. */
export async function readHeld(place: DaemonPlace, timeoutMs: number): Promise<readonly HeldInstance[]> {
  return (await createDaemonClient(await findSocket(place), { timeoutMs }).status()).instances;
}
