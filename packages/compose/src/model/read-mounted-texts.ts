import { readFile, stat } from "node:fs/promises";
import type { ComposeModel } from "./compose-model.ts";

/** Larger files are data, in bytes. */
const largest = 256 * 1024;

/**
 * The texts of files that containers are given, by path: single files that are mounted, configs and secrets. Only where a
 * network has a subnet of the user's, for then such a file may name an address. Files that cannot be read are left out.
 */
export async function readMountedTexts(model: ComposeModel): Promise<Record<string, string>> {
  const isFixed = Object.values(model.networks ?? {}).some((network) => (network?.ipam?.config ?? []).length > 0);
  if (!isFixed) return {};
  const mounts = Object.values(model.services).flatMap(({ volumes }) => (volumes ?? []) as Mount[]);
  const files = [model.configs, model.secrets].flatMap((section) =>
    Object.values((section ?? {}) as Record<string, { readonly file?: string } | null>),
  );
  const paths = [
    ...mounts.flatMap(({ type, source }) => (type === "bind" && source !== undefined ? [source] : [])),
    ...files.flatMap((one) => one?.file ?? []),
  ];
  const texts = await Promise.all([...new Set(paths)].map(async (path) => [path, await readSmall(path)] as const));
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

interface Mount {
  readonly type?: string;
  readonly source?: string;
}

async function readSmall(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() && found.size <= largest ? await readFile(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
