import { readFile, rm } from "node:fs/promises";
import type { Scheme } from "@cspace/labels";
import { writeFileAtomic } from "@cspace/plan";
import type { HomePaths } from "../home/home-paths.ts";
import { makeFolder } from "../home/with-lock.ts";
import { instanceFolder, selectionPath } from "./instance-record.ts";

/** What of its compose files an instance consists of, and what was learned of it; what nobody spoke of is not there. */
export interface Selection {
  /** Compose files, absolute, in the order in which Compose merges them. */
  readonly files?: readonly string[] | undefined;
  readonly profiles?: readonly string[] | undefined;
  /** Files of variables in place of the project's `.env`, absolute. */
  readonly envFiles?: readonly string[] | undefined;
  /** By service: how many containers it has. */
  readonly scale?: Readonly<Record<string, number>> | undefined;
  /** By label: what its service turned out to speak. */
  readonly schemes?: Readonly<Record<string, Scheme>> | undefined;
}

interface InstanceNames {
  readonly project: string;
  readonly instance: string;
}

/** What is asked for now over what was kept, part by part, and service by service. Pure. */
export function mergeSelection(kept: Selection, asked: Selection): Selection {
  const scale = { ...kept.scale, ...asked.scale };
  const schemes = { ...kept.schemes, ...asked.schemes };
  return {
    files: asked.files ?? kept.files,
    profiles: asked.profiles ?? kept.profiles,
    envFiles: asked.envFiles ?? kept.envFiles,
    ...(Object.keys(scale).length === 0 ? {} : { scale }),
    ...(Object.keys(schemes).length === 0 ? {} : { schemes }),
  };
}

/**
 * The variables that tell Compose of a selection.
 *
 * @see https://docs.docker.com/compose/how-tos/environment-variables/envvars/
 */
export function selectionVariables({ profiles, envFiles }: Selection): Record<string, string> {
  return {
    ...(profiles === undefined ? {} : { COMPOSE_PROFILES: profiles.join(",") }),
    ...(envFiles === undefined ? {} : { COMPOSE_ENV_FILES: envFiles.join(",") }),
  };
}

/** Reads what is kept of an instance's selection; nothing where there is none, or none that can be read. */
export async function readSelection(paths: HomePaths, names: InstanceNames): Promise<Selection> {
  let data: unknown;
  try {
    data = JSON.parse(await readFile(selectionPath(paths, names), "utf8"));
  } catch {
    return {};
  }
  const { files, profiles, envFiles, scale, schemes } = (data ?? {}) as Record<string, unknown>;
  const counts = entriesOf(scale).filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1]));
  const spoken = entriesOf(schemes).filter((entry): entry is [string, Scheme] => isScheme(entry[1]));
  return mergeSelection(
    { files: textsOf(files), profiles: textsOf(profiles), envFiles: textsOf(envFiles) },
    { scale: Object.fromEntries(counts), schemes: Object.fromEntries(spoken) },
  );
}

/** Keeps an instance's selection for as long as it has containers. */
export async function writeSelection(paths: HomePaths, names: InstanceNames, selection: Selection): Promise<void> {
  const path = selectionPath(paths, names);
  if (Object.values(selection).every((part) => part === undefined)) return await rm(path, { force: true });
  await makeFolder(instanceFolder(paths, names));
  await writeFileAtomic(path, `${JSON.stringify(selection, null, 2)}\n`, { mode: 0o600 });
}

const isScheme = (value: unknown): boolean => value === "http" || value === "https" || value === "h2c";

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function textsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
}
