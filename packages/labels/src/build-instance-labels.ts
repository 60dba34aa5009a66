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
  /** The domain of the URLs that browsers get from the instance's environment; no label without it. */
  readonly domain?: string | undefined;
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
  const { instance, project, instanceName = instance, projectName = project, directory, domain, plan } = input;
  const { processes = [] } = input;
  return {
    ...buildIdentityLabels({ instance, project }),
    [labelKeys.projectName]: projectName,
    [labelKeys.instanceName]: instanceName,
    ...(directory === undefined ? {} : { [labelKeys.directory]: directory }),
    ...(domain === undefined ? {} : { [labelKeys.domain]: parseDomain(domain) }),
    ...(plan === undefined ? {} : { [labelKeys.plan]: plan }),
    ...(processes.length === 0 ? {} : { [labelKeys.processes]: processes.join(",") }),
  };
}
