import { isCspaceError } from "@cspace/errors";
import { type Domain, isSlug, parseDomain, type Slug } from "@cspace/hostnames";
import { parseIdentityLabels } from "./identity-labels.ts";
import { labelKeys, labelSpec } from "./label-keys.ts";

/** What a container's labels say of its instance. */
export interface InstanceLabels {
  readonly project: Slug;
  readonly instance: Slug;
  /** The project's name before it became a slug; the slug where no label says it. */
  readonly projectName: string;
  /** The instance's name before it became a slug; the slug where no label says it. */
  readonly instanceName: string;
  readonly directory?: string;
  readonly directoryId?: string;
  readonly repository?: string;
  readonly repositoryId?: string;
  readonly domain?: Domain;
  /** What the URLs of the instance's environment begin with, where that is not `http`. */
  readonly protocol?: "https";
  readonly plan?: string;
  /** The labels that processes of the host serve in the instance; what is no slug is left out. */
  readonly processes?: readonly Slug[];
  /** The version of the contract that the labels were written by; `"1"` where no label says it. */
  readonly spec: string;
}

/**
 * The instance that a container belongs to, or `undefined` when cspace does not manage it or its slugs are malformed.
 *
 * It never throws: a domain that cannot be served is left out.
 *
 * @example
 * ```ts
 * const labels = buildInstanceLabels({ instance: "mercury", project: "resume-redux", directory: "/src/redux" });
 * parseInstanceLabels(labels)?.directory; //=> "/src/redux"
 * parseInstanceLabels({}); //=> undefined
 * ```
 */
export function parseInstanceLabels(labels: Readonly<Record<string, string>>): InstanceLabels | undefined {
  const identity = parseIdentityLabels(labels);
  if (identity === undefined) return undefined;
  const domain = servedDomain(labels[labelKeys.domain]);
  const processes = (labels[labelKeys.processes] ?? "").split(",").filter(isSlug);
  return {
    ...identity,
    projectName: labels[labelKeys.projectName] ?? identity.project,
    instanceName: labels[labelKeys.instanceName] ?? identity.instance,
    ...pickTexts(labels, ["directory", "directoryId", "repository", "repositoryId", "plan"]),
    ...(domain === undefined ? {} : { domain }),
    ...(labels[labelKeys.protocol] === "https" ? { protocol: "https" } : {}),
    ...(processes.length === 0 ? {} : { processes }),
    spec: labels[labelKeys.spec] ?? labelSpec,
  };
}

type TextKey = "directory" | "directoryId" | "repository" | "repositoryId" | "plan";

function pickTexts(
  labels: Readonly<Record<string, string>>,
  keys: readonly TextKey[],
): Partial<Record<TextKey, string>> {
  return Object.fromEntries(
    keys.flatMap((key) => (labels[labelKeys[key]] === undefined ? [] : [[key, labels[labelKeys[key]]]])),
  );
}

function servedDomain(text: string | undefined): Domain | undefined {
  if (text === undefined) return undefined;
  try {
    return parseDomain(text);
  } catch (error) {
    if (isCspaceError(error) && error.code === "CSPACE_DOMAIN_INVALID") return undefined;
    throw error;
  }
}
