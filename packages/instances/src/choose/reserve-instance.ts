import type { InstanceRecord } from "@cspace/compose";
import { openHost } from "../machine/open-host.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { choiceSources } from "./choice-sources.ts";
import { chooseForUp } from "./choose-for-up.ts";
import { readProjectScope } from "./read-scope.ts";

/** Options of {@link reserveInstance}. */
export interface ReserveInstanceOptions extends InstanceOptions {
  /** Another instance of this directory, whatever there is. @default false */
  readonly fresh?: boolean | undefined;
  /** Takes what nothing tells the owner of. @default false */
  readonly yes?: boolean | undefined;
}

/**
 * Chooses the instance that `startInstance` would start, and records whose it is, so that nobody else is given it: the
 * named one, else the only one of this directory, else the branch of a linked worktree or the next free planet.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_TAKEN`, `CSPACE_INSTANCE_AMBIGUOUS`, `CSPACE_NAME_TAKEN`,
 * `CSPACE_CONFIRMATION_NEEDED`.
 * @example
 * ```ts
 * const { instance, directory } = await reserveInstance({ cwd: "/home/ada/shop" });
 * ```
 */
export async function reserveInstance(options: ReserveInstanceOptions = {}): Promise<InstanceRecord> {
  const { fresh = false, yes = false } = options;
  const context = createContext(options);
  const scope = await readProjectScope(context);
  const host = await openHost(context);
  return (await chooseForUp(context, choiceSources(host), scope, { fresh, yes, dryRun: false })).record;
}
