import { joinSlugs } from "./join-slugs.ts";
import { parseSlug } from "./parse-slug.ts";
import type { RouteName } from "./route-name.ts";

/** What {@link composeProjectName} is built of: two slugs. */
export type ComposeProjectParts = Pick<RouteName, "instance" | "project">;

/**
 * The Compose project of an instance, `<project>--<instance>`; different instances have different ones.
 *
 * At most 63 characters: a longer one is cut and ends in `---` and a hash of the whole. It keeps to the letters that
 * Compose allows in a project name (https://docs.docker.com/compose/how-tos/project-name/).
 *
 * @throws CspaceError `CSPACE_NAME_INVALID` when one of the two is not a slug.
 *
 * @example
 * ```ts
 * composeProjectName({ instance: "mercury", project: "resume-redux" }); //=> "resume-redux--mercury"
 * ```
 */
export function composeProjectName({ instance, project }: ComposeProjectParts): string {
  return joinSlugs([parseSlug(project, "project"), parseSlug(instance, "instance")]);
}
