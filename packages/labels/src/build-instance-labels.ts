import { parseDomain } from "@cspace/hostnames";
import { buildIdentityLabels } from "./identity-labels.ts";
import { labelKeys } from "./label-keys.ts";

/** What {@link buildInstanceLabels} writes down. */
export interface BuildInstanceLabelsInput {
  /** The slug of the instance. */
  readonly instance: string;
  /** The slug of the project. */
  readonly project: string;
  /**
   * The instance's name before it became a slug.
   * @default instance
   */
  readonly instanceName?: string | undefined;
  /**
   * The project's name before it became a slug.
   * @default project
   */
  readonly projectName?: string | undefined;
  /** The directory that the instance runs from; no label without it. */
  readonly directory?: string | undefined;
  /** What tells the directory from another one at its path; no label without it. */
  readonly directoryId?: string | undefined;
  /** What all worktrees of the project share; no label without it. */
  readonly repository?: string | undefined;
  /** What tells that from another one at its path; no label without it. */
  readonly repositoryId?: string | undefined;
  /** The domain of the URLs that browsers get from the instance's environment; no label without it. */
  readonly domain?: string | undefined;
  /** Whether those URLs are HTTPS; no label when they are not. @default "http" */
  readonly protocol?: "http" | "https" | undefined;
  /** The hash of the plan; no label without it. */
  readonly plan?: string | undefined;
  /**
   * The labels that processes of the host serve in the instance; no label when there are none.
   * @default []
   */
  readonly processes?: readonly string[] | undefined;
}

/**
 * The labels of every container of an instance, routed or not; `parseInstanceLabels` reads them back.
 *
 * @throws CspaceError `CSPACE_NAME_INVALID` when the instance or the project is not a slug, `CSPACE_DOMAIN_INVALID` as
 * `parseDomain`.
 *
 * @example
 * ```ts
 * buildInstanceLabels({ instance: "mercury", project: "resume-redux" })["cspace.instance"]; //=> "mercury"
 * ```
 */
export function buildInstanceLabels(input: BuildInstanceLabelsInput): Record<string, string> {
  const { instance, project, instanceName = instance, projectName = project, domain, protocol, processes = [] } = input;
  return {
    ...buildIdentityLabels({ instance, project }),
    [labelKeys.projectName]: projectName,
    [labelKeys.instanceName]: instanceName,
    ...pickLabels(input, ["directory", "directoryId", "repository", "repositoryId"]),
    ...(domain === undefined ? {} : { [labelKeys.domain]: parseDomain(domain) }),
    ...(protocol === "https" ? { [labelKeys.protocol]: protocol } : {}),
    ...pickLabels(input, ["plan"]),
    ...(processes.length === 0 ? {} : { [labelKeys.processes]: processes.join(",") }),
  };
}

function pickLabels<Key extends "directory" | "directoryId" | "repository" | "repositoryId" | "plan">(
  input: Pick<BuildInstanceLabelsInput, Key>,
  keys: readonly Key[],
): Record<string, string> {
  return Object.fromEntries(
    keys.flatMap((key): [string, string][] => (input[key] === undefined ? [] : [[labelKeys[key], input[key]]])),
  );
}
