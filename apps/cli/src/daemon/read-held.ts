import { homePaths } from "@cspace/compose";
import type { Context } from "../context.ts";
import { createDaemonClient } from "./daemon-client.ts";
import { daemonSocket } from "./daemon-socket.ts";
import type { HeldInstance } from "./protocol.ts";

/** What the daemon of this home holds; rejects with the system's error when none answers in time. */
export async function readHeld(
  { env, platform }: Pick<Context, "env" | "platform">,
  timeoutMs: number,
): Promise<readonly HeldInstance[]> {
  const socket = daemonSocket(homePaths({ env }), { platform, env, uid: process.getuid?.() ?? 0 });
  return (await createDaemonClient(socket, { timeoutMs }).status()).instances;
}
