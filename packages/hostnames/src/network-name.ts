import { parseSlug } from "./parse-slug.ts";

/**
 * The name of the Docker network that a project shares with the proxy; different projects have different ones.
 *
 * It is never cut, since Docker sets no limit that a slug could reach: at most 70 characters.
 *
 * @throws CspaceError `CSPACE_NAME_INVALID` when the project is not a slug.
 *
 * @example
 * ```ts
 * networkName("resume-redux"); //=> "cspace-resume-redux"
 * ```
 */
export function networkName(project: string): string {
  return `cspace-${parseSlug(project, "project")}`;
}
