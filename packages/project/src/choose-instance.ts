import { CspaceError } from "@cspace/errors";
import { parseSlug, pickPlanet, type Slug, toSlug } from "@cspace/hostnames";
import type { ProjectErrorCode } from "./project-error-code.ts";

/** What {@link chooseInstance} chooses from. */
export interface InstanceInput {
  /** What the user named it; taken as it is said. */
  readonly name?: string | undefined;
  /**
   * Whether another instance is wanted beside those of this directory (`--new`).
   * @default false
   */
  readonly fresh?: boolean | undefined;
  /** The instances that this directory has. */
  readonly directoryInstances: readonly DirectoryInstance[];
  /** The branch of a linked worktree; null in every other directory. */
  readonly branch: string | null;
  /** The slugs that a container, a network or a volume of this project carries, of any directory. */
  readonly taken: Iterable<string>;
}

/** An instance of a directory. */
export interface DirectoryInstance {
  readonly instance: string;
  /**
   * As the user wrote it.
   * @default instance
   */
  readonly instanceName?: string | undefined;
}

/** An instance's name, and where it comes from. */
export interface ChosenInstance {
  readonly instance: Slug;
  /** As the user or the branch has it; `instance` may have lost something of it. */
  readonly instanceName: string;
  readonly source: "named" | "directory" | "branch" | "planet";
}

/**
 * Chooses the instance that a command is about: the one named; else the only one of this directory; else the branch of a
 * linked worktree; else the first free planet.
 *
 * A branch whose slug is taken is passed over, so that nobody is handed the volumes of another directory.
 *
 * @throws CspaceError `CSPACE_INSTANCE_AMBIGUOUS` when this directory has several and none is named;
 * `CSPACE_NAME_EMPTY` when the name is empty.
 *
 * @example
 * ```ts
 * chooseInstance({ directoryInstances: [], branch: null, taken: ["mercury"] });
 * //=> { instance: "venus", instanceName: "venus", source: "planet" }
 * chooseInstance({ directoryInstances: [], branch: "feature/auth", taken: [] });
 * //=> { instance: "feature-auth", instanceName: "feature/auth", source: "branch" }
 * ```
 */
export function chooseInstance(input: InstanceInput): ChosenInstance {
  const { name, fresh = false, directoryInstances, branch } = input;
  if (name !== undefined) return { instance: toSlug(name).slug, instanceName: name, source: "named" };

  const [first, second] = fresh ? [] : directoryInstances;
  if (second !== undefined) throw ambiguous(directoryInstances.map(({ instance }) => instance));
  if (first !== undefined) {
    const instance = parseSlug(first.instance, "instance");
    return { instance, instanceName: first.instanceName ?? instance, source: "directory" };
  }

  const taken = new Set([...input.taken, ...directoryInstances.map(({ instance }) => instance)]);
  if (branch !== null) {
    const { slug } = toSlug(branch);
    if (!taken.has(slug)) return { instance: slug, instanceName: branch, source: "branch" };
  }
  const planet = parseSlug(pickPlanet(taken), "instance");
  return { instance: planet, instanceName: planet, source: "planet" };
}

function ambiguous(instances: readonly string[]): CspaceError<ProjectErrorCode> {
  const message = `this directory has ${instances.length} instances: ${instances.join(", ")}`;
  return new CspaceError("CSPACE_INSTANCE_AMBIGUOUS", message, {
    hint: `name one: --instance ${instances[0]}; for good goes one with: cspace down ${instances[0]} --volumes`,
  });
}
