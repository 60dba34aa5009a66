import { readMachineConfig } from "@cspace/compose";
import { findDaemon } from "@cspace/daemon";
import { openHost } from "../machine/open-host.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { serveHttps } from "./serve-https.ts";

/**
 * Lets the proxy show certificates of the authority of now for all that runs, so that nobody has to start anything again
 * after it changed. What keeps it from that is told to `onNote`.
 *
 * @throws {CspaceError} the daemon's errors.
 */
export async function renewHttps(options: InstanceOptions = {}): Promise<void> {
  const context = createContext(options);
  const [{ machine, paths }, daemon] = await Promise.all([openHost(context), findDaemon(context)]);
  const { domains } = await readMachineConfig(paths);
  if (machine !== undefined) await serveHttps(context, machine, { instances: [], domains });
  await daemon?.client.refreshCertificates();
}
