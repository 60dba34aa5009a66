import { rm } from "node:fs/promises";
import { join } from "node:path";
import {
  connectEngine,
  homePaths,
  instanceFolder,
  makeFolder,
  readMachineConfig,
  removeCatchAll,
} from "@cspace/compose";
import packageJson from "../../package.json" with { type: "json" };
import type { Context } from "../context.ts";
import { createDirect } from "./create-direct.ts";
import { createFront } from "./create-front.ts";
import { daemonSocket } from "./daemon-socket.ts";
import { createHolder } from "./holder.ts";
import { type DaemonStatus, protocolVersion } from "./protocol.ts";
import { serveDaemon } from "./serve-daemon.ts";
import { supervise } from "./supervise.ts";

/** How long it stays when nothing is left to serve, in milliseconds: the next command may be about to ask for something. */
const lingerMs = 3000;

/**
 * Is the daemon: holds the gateway, the processes of the host and the routes of foreground commands, until nothing of
 * these is left, or until it is told to end.
 */
export async function runDaemon(context: Context): Promise<void> {
  const { env, platform, signal } = context;
  const paths = homePaths({ env });
  const socket = daemonSocket(paths, { platform, env, uid: process.getuid?.() ?? 0 });
  const config = await readMachineConfig(paths);
  const direct = createDirect(config.domains);
  const front = createFront(config.domains);
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let linger: NodeJS.Timeout | undefined;
  const waitForMore = (): void => {
    clearTimeout(linger);
    linger = setTimeout(() => {
      if (holder.list().length === 0) end();
    }, lingerMs);
  };
  const holder = createHolder({
    startProcess: (names, request, onChange) =>
      supervise(request, { logs: join(instanceFolder(paths, names), "logs"), platform, onChange }),
    onRoutes: (routes) => {
      direct.setRoutes(routes);
      front.setRoutes(routes);
    },
    onEmpty: waitForMore,
  });
  const status = (): DaemonStatus => ({
    protocol: protocolVersion,
    version: packageJson.version,
    pid: process.pid,
    gateway: { ...direct.ports(), domains: config.domains },
    instances: holder.list(),
  });
  await makeFolder(paths.run);
  const server = await serveDaemon({ socket, holder, direct, front, status, onStay: waitForMore, onStop: () => end() });
  signal.addEventListener("abort", () => end(), { once: true });
  waitForMore();
  await ended;
  server.close();
  server.closeAllConnections();
  if (platform !== "win32") await rm(socket, { force: true });
  if (front.isOpen()) await removeCatchAll(await connectEngine({ env, platform }).catch(() => undefined), paths);
  await Promise.all([holder.close(), direct.release(), front.close()]);
}
