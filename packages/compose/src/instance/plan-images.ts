import type { ComposeModel, ComposeService } from "../model/compose-model.ts";

/** What the override says of a service's image. */
export interface ImageOverride {
  readonly image: string;
  /** Names that what is built gets besides; only for a service that is built. */
  readonly tags?: readonly string[];
}

/**
 * Gives what an instance builds under a fixed name a name of its own, so that no instance runs what another one built,
 * and every service that uses it that name. The fixed name goes on meaning what was built last, for Dockerfiles and
 * scripts that start from it. Pure.
 *
 * @returns By service; those whose image stays as it is are not in it.
 */
export function planImages(composeProject: string, { services }: ComposeModel): Record<string, ImageOverride> {
  const built = new Set(
    Object.values(services).flatMap((one) => (one.build === undefined ? [] : (fixedImage(one) ?? []))),
  );
  return Object.fromEntries(
    Object.entries(services).flatMap(([name, service]): [string, ImageOverride][] => {
      const image = fixedImage(service);
      if (image === undefined || !built.has(image)) return [];
      const own = { image: `${composeProject}/${image.replace(/^([^/:]+):(\d+)\//, "$1-$2/")}` };
      return [[name, service.build === undefined ? own : { ...own, tags: [image] }]];
    }),
  );
}

/**
 * The image of a service that may be built here: not one that is pulled each time, nor one that its content names.
 *
 * @see https://docs.docker.com/reference/compose-file/services/#pull_policy
 */
function fixedImage({ image, pull_policy: policy = "missing" }: ComposeService): string | undefined {
  const isLocal = ["missing", "if_not_present", "build", "never"].includes(policy);
  return isLocal && image?.includes("@") === false ? image : undefined;
}

/** The name of every service's image, by service: its own, that of the instance, or the one that Compose gives a build. */
export function imagesOf(composeProject: string, model: ComposeModel): Record<string, string> {
  const own = planImages(composeProject, model);
  const names = Object.entries(model.services).map(([name, { image }]) => [
    name,
    own[name]?.image ?? image ?? `${composeProject}-${name}`,
  ]);
  return Object.fromEntries(names);
}
