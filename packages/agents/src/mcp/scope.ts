import { CspaceError } from "@cspace/errors";
import { toSlug } from "@cspace/hostnames";
import { type Instance, type InstanceOptions, listInstances } from "@cspace/instances";
import { readProject } from "@cspace/project";
import type { AgentsErrorCode } from "../agents-error-code.ts";

/** What a caller asks for, beside what a tool does. */
export interface AskedScope {
  readonly instance?: string | undefined;
  readonly project?: string | undefined;
}

/**
 * The instance that a tool may touch: one of the server's directory, also where another one is asked for by name. With
 * `all` any that there is.
 *
 * @throws {CspaceError} `CSPACE_NOT_YOURS`, and as `readProject`.
 */
export async function narrow(
  options: InstanceOptions,
  { instance, project }: AskedScope,
  { all, isNew = false }: { readonly all: boolean; readonly isNew?: boolean },
): Promise<InstanceOptions> {
  const { project: _, instance: __, ...base } = options;
  if (all) return { ...base, ...(project && { project }), ...(instance && { instance }) };
  if (project !== undefined) throw notYours(`the project ${project}`);
  if (instance === undefined) return base;
  const { slug } = toSlug(instance);
  const isOwn = (await listOwn(base)).some((one) => one.instance === slug);
  if (isOwn) return { ...base, instance };
  // What is not there may be made; and what others have, nobody is given.
  const isFree = isNew && (await listInstances(base)).every((one) => one.instance !== slug);
  if (isFree) return { ...base, instance };
  throw notYours(`the instance ${instance}`);
}

/** Every instance of the server's directory. */
export async function listOwn(options: InstanceOptions): Promise<readonly Instance[]> {
  const { cwd = process.cwd(), env = process.env } = options;
  const [{ directory }, all] = await Promise.all([readProject(cwd, { env }), listInstances(options)]);
  return all.filter((one) => one.directory === directory);
}

function notYours(what: string): CspaceError<AgentsErrorCode> {
  return new CspaceError("CSPACE_NOT_YOURS", `${what} is not of this directory`, {
    hint: "leave it out, or let the server touch others too: cspace mcp --all",
  });
}
