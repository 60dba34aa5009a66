import { isSlug, parseSlug, type RouteName, type Slug } from "@cspace/hostnames";
import { labelKeys, labelSpec } from "./label-keys.ts";

/** The labels that say whose a container is: whatever else it carries, these are on it. */
export function buildIdentityLabels({
  instance,
  project,
}: Pick<RouteName, "instance" | "project">): Record<string, string> {
  return {
    [labelKeys.managed]: "true",
    [labelKeys.spec]: labelSpec,
    [labelKeys.project]: parseSlug(project, "project"),
    [labelKeys.instance]: parseSlug(instance, "instance"),
  };
}

/** Whose a container is, or `undefined` when it is not managed by cspace or either slug is none. */
export function parseIdentityLabels(
  labels: Readonly<Record<string, string>>,
): { readonly project: Slug; readonly instance: Slug } | undefined {
  if (labels[labelKeys.managed] !== "true") return undefined;
  const project = labels[labelKeys.project];
  const instance = labels[labelKeys.instance];
  return isSlug(project) && isSlug(instance) ? { project, instance } : undefined;
}
