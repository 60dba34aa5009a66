import type { Context } from "../context.ts";
import { createDaemonClient } from "./daemon-client.ts";
import { findSocket } from "./find-socket.ts";
import type { HeldInstance } from "./protocol.ts";

/** What the daemon of this home holds; rejects with the system's error when none answers in time. */
export async function readHeld(
  context: Pick<Context, "env" | "platform">,
  timeoutMs: number,
): Promise<readonly HeldInstance[]> {
  return (await createDaemonClient(await findSocket(context), { timeoutMs }).status()).instances;
}
