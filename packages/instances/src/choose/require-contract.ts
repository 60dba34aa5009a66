import { isNewer, newerVersion } from "@cspace/compose";
import { labelSpec } from "@cspace/labels";

/**
 * Asserts that an instance is one that this version knows how to change.
 *
 * @throws {CspaceError} `CSPACE_VERSION_NEWER` for one that a newer version has started.
 */
export function requireContract(instance: {
  readonly instance: string;
  readonly project: string;
  readonly spec?: string;
}): void {
  const { instance: name, project, spec } = instance;
  if (isNewer(spec, labelSpec)) throw newerVersion(`${name} of ${project}`);
}
