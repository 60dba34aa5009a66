import { dirname } from "node:path";

/** Another file that a compose file names; paths are as they are written. */
export type Reference =
  | { readonly kind: "extended"; readonly path: string }
  /** A file of variables or of labels, which is no YAML. */
  | { readonly kind: "variables"; readonly path: string }
  /** `directory` is what the included file's own paths are relative to. */
  | { readonly kind: "included"; readonly path: string; readonly directory: string };

/**
 * What nobody can follow who reads the text alone: characters written as their numbers, which may spell a variable, and
 * what Compose takes from Docker's own configuration.
 */
const unclear = /\\[xuU]|\buse_api_socket\b/;

/** Interpolated, or remote. */
const elsewhere = /\$|:\/\//;

/**
 * The files that a compose file names; `undefined` where the text does not tell, because a path is interpolated or
 * remote, or because it is no YAML.
 *
 * @see https://docs.docker.com/reference/compose-file/
 */
export async function readReferences(text: string): Promise<readonly Reference[] | undefined> {
  if (unclear.test(text)) return undefined;
  const { parseAllDocuments } = await import("yaml");
  const documents = [...parseAllDocuments(text, { merge: true, logLevel: "silent" })];
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  const references = documents.flatMap((document) => {
    const model: { readonly include?: unknown; readonly services?: object } | null = document.toJS();
    return [...listOf(model?.include).flatMap(ofInclude), ...Object.values(model?.services ?? {}).flatMap(ofService)];
  });
  const isElsewhere = references.some((one) => elsewhere.test(Object.values(one).join(" ")));
  return isElsewhere ? undefined : references;
}

function ofInclude(entry: unknown): Reference[] {
  const paths = pathsOf(fieldOf(entry, "path") ?? entry);
  const directory = String(fieldOf(entry, "project_directory") ?? dirname(paths[0] ?? ""));
  return [
    ...paths.map((path): Reference => ({ kind: "included", path, directory })),
    ...variables(fieldOf(entry, "env_file")),
  ];
}

function ofService(service: unknown): Reference[] {
  const extended = pathsOf(fieldOf(fieldOf(service, "extends"), "file"));
  return [
    ...extended.map((path): Reference => ({ kind: "extended", path })),
    ...variables(fieldOf(service, "env_file")),
    ...variables(fieldOf(service, "label_file")),
  ];
}

function variables(entries: unknown): Reference[] {
  return pathsOf(entries).map((path) => ({ kind: "variables", path }));
}

/** One path or several, each by itself or as the `path` of more. */
function pathsOf(entries: unknown): string[] {
  return listOf(entries).map((entry) => String(fieldOf(entry, "path") ?? entry));
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
