import { CspaceError } from "@cspace/errors";
import { labelKeys } from "@cspace/labels";
import type { DockerEngine } from "../engine/docker-engine.ts";
import type { EngineReader } from "../engine/open-engine-reader.ts";
import type { ComposeErrorCode } from "../errors.ts";
import { proxyContainer } from "../proxy-names.ts";
import { type Attachment, planAttachments } from "./plan-attachments.ts";

/**
 * Puts the proxy on every network that it serves, from the engine's state alone, and gives the names of the networks
 * that had to change. Call it under the machine's lock.
 *
 * @throws {CspaceError} `CSPACE_ATTACH_FAILED`, naming the network.
 */
export async function attachProxy(engine: DockerEngine, domains: readonly string[]): Promise<string[]> {
  const planned = await readMissingAttachments(engine, domains);
  for (const { network, aliases, action } of planned) {
    if (action === "reconnect") await engine.disconnectNetwork(network, proxyContainer);
    await connect(engine, network, proxyContainer, aliases);
  }
  return planned.map(({ network }) => network);
}

/** Reads from the engine what it takes for the proxy to be on every network that it serves; nothing where there is none. */
export async function readMissingAttachments(engine: EngineReader, domains: readonly string[]): Promise<Attachment[]> {
  const [containers, networks, proxy] = await Promise.all([
    engine.listContainers({ all: true, filters: { label: [`${labelKeys.managed}=true`] } }),
    engine.listNetworks(),
    engine.inspectContainer(proxyContainer),
  ]);
  if (proxy === undefined) return [];
  return planAttachments({ containers, networks, proxy: proxy.NetworkSettings.Networks, domains });
}

/**
 * Connects a container to a network; that it is there already, or that the network is gone meanwhile, is no failure.
 *
 * @throws {CspaceError} `CSPACE_ATTACH_FAILED`, naming both.
 */
export async function connect(
  engine: DockerEngine,
  network: string,
  container: string,
  aliases: readonly string[] = [],
): Promise<void> {
  try {
    await engine.connectNetwork(network, container, aliases);
  } catch (cause) {
    const { statusCode, message } = cause as Error & { statusCode?: number };
    if (statusCode === 404 || /already exists in network/.test(message)) return;
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_ATTACH_FAILED",
      `the container ${container} could not be connected to the network ${network}: ${message}`,
      { hint: `look at both: docker network inspect ${network}`, cause },
    );
  }
}
