import { parseSlug } from "./parse-slug.ts";
import type { Slug } from "./slug.ts";

/** What identifies a route on this machine: three slugs, checked wherever a name is built of them. */
export interface RouteName {
  /** One thing of an instance that people open: `dev`, `preview`. */
  readonly label: string;
  /** One running copy of the project: `mercury`. */
  readonly instance: string;
  /** One repository: `resume-redux`. */
  readonly project: string;
}

/** The label, the instance and the project of a route, in this order, each of them a slug. */
export function slugsOfRoute({ label, instance, project }: RouteName): readonly [Slug, Slug, Slug] {
  return [parseSlug(label, "label"), parseSlug(instance, "instance"), parseSlug(project, "project")];
}
