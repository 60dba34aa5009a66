import { rm } from "node:fs/promises";
import { join } from "node:path";
import { planFile, readFileState, writeFileAtomic } from "@cspace/plan";
import type { DockerEngine } from "../engine/docker-engine.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { proxyContainer } from "../proxy-names.ts";
import { buildHandOn, mergeParts } from "./catch-all.ts";
import { priorities } from "./priorities.ts";

/** Hostnames that Traefik hands to the gateway, whoever else claims them. */
export interface Pin {
  /** Of the pin, in lower-case letters, digits and dashes. */
  readonly name: string;
  readonly hostnames: readonly string[];
}

/** The dynamic configuration that pins hostnames to the gateway, which is told of by the catch-all. Pure. */
export function renderPins(pins: readonly Pin[]): string {
  const parts = pins.map(({ name, hostnames }) =>
    buildHandOn(`cspace-asleep--${name}`, hostnames.map((one) => `Host(\`${one}\`)`).join(" || "), priorities.asleep),
  );
  return `${JSON.stringify({ http: mergeParts(parts) }, null, 2)}\n`;
}

/** Whether these hostnames are pinned already, and no others. */
export async function arePinned(paths: HomePaths, pins: readonly Pin[]): Promise<boolean> {
  const state = await readFileState(pathOf(paths));
  return pins.length === 0 ? state.kind === "missing" : planFile(state, renderPins(pins)) === undefined;
}

/** Pins these hostnames, and no others; tells whether that is new. Without an engine only the file changes. */
export async function pinHosts(
  engine: Pick<DockerEngine, "signalContainer"> | undefined,
  paths: HomePaths,
  pins: readonly Pin[],
): Promise<boolean> {
  if (await arePinned(paths, pins)) return false;
  if (pins.length === 0) await rm(pathOf(paths), { force: true });
  else await writeFileAtomic(pathOf(paths), renderPins(pins), { mode: 0o644 });
  await engine?.signalContainer(proxyContainer, "SIGHUP");
  return true;
}

const pathOf = (paths: HomePaths): string => join(paths.proxy, "dynamic", "asleep.yml");
