import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Bundle, certificateFolder, describeBundle, ensureBundle } from "@cspace/certs";
import {
  type ComposeModel,
  type EngineReader,
  homePaths,
  imagesOf,
  listInstanceContainers,
  makeFolder,
  readProxyState,
  rootsFiles,
  rootsVariable,
  type ServiceTrust,
  serviceOf,
} from "@cspace/compose";
import { composeProjectName } from "@cspace/hostnames";
import { writeFileAtomic } from "@cspace/plan";
import type { Machine } from "../machine/open-engine.ts";

/** Options of {@link readContainerTrust}. */
export interface ContainerTrustOptions {
  readonly record: { readonly project: string; readonly instance: string };
  readonly model: ComposeModel;
  /** The engine as it was a moment ago. @default the engine itself */
  readonly snapshot?: EngineReader | undefined;
  /** Writes nothing, and looks into no image. @default false */
  readonly dryRun?: boolean;
  /** Told what an image keeps from being looked into, a sentence each: its containers do without. @default nobody is */
  readonly onNote?: ((note: string) => void) | undefined;
}

/**
 * Gives for every service what lets its containers trust this machine's certificates: the root, and beside it the roots
 * of its image where that has any. Services whose image is not there yet, or cannot be looked into, are left out: they run
 * without.
 */
export async function readContainerTrust(
  { engine, paths }: Pick<Machine, "engine" | "paths">,
  { record, model, snapshot = engine, dryRun = false, onNote }: ContainerTrustOptions,
): Promise<Readonly<Record<string, ServiceTrust>>> {
  // It is the proxy's home whose certificates are shown. In another one than the command's nothing is written.
  const proxy = await readProxyState(snapshot);
  const { home, certs } = homePaths({ env: { CSPACE_HOME: proxy.home ?? paths.home } });
  const readsOnly = dryRun || home !== paths.home;
  const composeProject = composeProjectName(record);
  const containers = await listInstanceContainers(snapshot, composeProject);
  const looked = new Map<string, Promise<ImageTrust | undefined>>();
  const entries = Object.entries(imagesOf(composeProject, model)).map(async ([service, name]) => {
    const running = containers.find((container) => serviceOf(container) === service)?.ImageID;
    const id = running ?? (await engine.inspectImage(name))?.Id;
    if (id === undefined) return [];
    const trust =
      looked.get(id) ??
      readImageTrust(engine, { id, certs, readsOnly }).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        onNote?.(`containers of ${name} do not trust this machine's certificates: ${why}`);
        return undefined;
      });
    looked.set(id, trust);
    const found = await trust;
    return found === undefined ? [] : [[service, { ...found, isConfined: proxy.selinux }] as const];
  });
  return Object.fromEntries((await Promise.all(entries)).flat());
}

type ImageTrust = Omit<ServiceTrust, "isConfined">;

/** What is known of an image: its content never changes. */
interface KnownImage {
  /** The folder of its roots among the bundles. */
  readonly bundle: string;
  readonly variables: readonly string[];
}

async function readImageTrust(
  engine: Machine["engine"],
  { id, certs, readsOnly }: { readonly id: string; readonly certs: string; readonly readsOnly: boolean },
): Promise<ImageTrust | undefined> {
  const folder = certificateFolder(certs);
  const images = join(certs, "images");
  const path = join(images, `${id.replace(/^sha256:/, "")}.json`);
  const known = await readKnown(path);
  const bundle = known === undefined ? undefined : describeBundle(folder, known.bundle);
  // A folder that somebody removed is made again, from the image.
  if (known !== undefined && bundle !== undefined && (await isWhole(bundle))) return toTrust(bundle, known);
  if (readsOnly) return undefined;
  const set = Object.fromEntries(
    ((await engine.inspectImage(id))?.Config?.Env ?? []).map((line): [string, string] => {
      const [name = "", ...value] = line.split("=");
      return [name, value.join("=")];
    }),
  );
  const own = set[rootsVariable];
  const roots = await engine.readImageFile(id, [...(own === undefined ? [] : [own]), ...rootsFiles]);
  const made = await ensureBundle(folder, roots ?? null);
  if (made === undefined) return undefined;
  const image: KnownImage = { bundle: basename(made.path), variables: Object.keys(set) };
  await makeFolder(images);
  await writeFileAtomic(path, `${JSON.stringify(image)}\n`, { mode: 0o600 });
  return toTrust(made, image);
}

const toTrust = ({ path, bundle }: Bundle, { variables }: KnownImage): ImageTrust => ({
  folder: path,
  hasBundle: bundle !== null,
  variables,
});

async function readKnown(path: string): Promise<KnownImage | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  try {
    const { bundle, variables } = JSON.parse(text ?? "{}") as Partial<KnownImage>;
    return typeof bundle === "string" && Array.isArray(variables) ? { bundle, variables } : undefined;
  } catch {
    return undefined;
  }
}

async function isWhole({ root, bundle }: Bundle): Promise<boolean> {
  const paths = [root, ...(bundle === null ? [] : [bundle])];
  return (await Promise.all(paths.map((path) => stat(path).catch(() => undefined)))).every((one) => one?.isFile());
}
