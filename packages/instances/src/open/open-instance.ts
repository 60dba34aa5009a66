import { CspaceError, isCspaceError } from "@cspace/errors";
import { describeInstance } from "../describe/describe-instance.ts";
import type { Instance, Route } from "../documents.ts";
import { readEnvironment } from "../environment/read-environment.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { InstanceOptions } from "../options.ts";
import { startInstance } from "../up/start-instance.ts";
import { verifyRoute } from "../verify/verify-route.ts";

/** Options of {@link openInstance}. */
export interface OpenInstanceOptions extends InstanceOptions {
  /** The route that is meant. @default the only one there is */
  readonly label?: string | undefined;
  /** How long containers and processes may take, in milliseconds. @default 60_000 */
  readonly waitMs?: number | undefined;
}

/** An instance that runs, and whose code is that of its directory. */
export interface OpenedInstance {
  readonly project: string;
  readonly instance: string;
  readonly directory: string;
  /** The URL of the route, for every program of this machine: its hostname, else a port of `localhost`. No slash at its end. */
  readonly url: string;
  /** By label: the URL of every route that has one. */
  readonly urls: Readonly<Record<string, string>>;
  /** What programs that work on it find in their environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Takes the instance of a directory that runs, or starts it, and gives its URL once that is proven to be served by the code of the
 * directory as it is on disk. Several programs may do so at once: one starts it, and all get the same.
 *
 * @throws {CspaceError} `CSPACE_NOT_VERIFIED` with the reason, where another directory's code answers, or older code;
 * `CSPACE_ROUTE_DOWN` where nothing does; `CSPACE_LABEL_UNKNOWN`, and those of `startInstance`.
 * @example
 * ```ts
 * const { url } = await openInstance({ label: "web" });
 * const page = await fetch(url);
 * ```
 */
export async function openInstance(options: OpenInstanceOptions = {}): Promise<OpenedInstance> {
  const { label, waitMs = 60_000, ...where } = options;
  const running = (await findRunning(where)) ?? (await startInstance({ ...where, waitMs })).instance;
  const same = { ...where, project: running.project, instance: running.instance };
  const { verified, url, reason, hint } = await verifyRoute({ ...same, target: label });
  if (!verified) {
    throw new CspaceError<InstancesErrorCode>("CSPACE_NOT_VERIFIED", reason ?? "nothing proves who answers", {
      hint: hint ?? "cspace verify",
    });
  }
  const { project, instance, directory, routes } = await describeInstance(same);
  if (url === null)
    throw new CspaceError<InstancesErrorCode>("CSPACE_ROUTE_DOWN", `${label ?? instance} has no URL`, {
      hint: "cspace list",
    });
  return { project, instance, directory, url, urls: urlsOf(routes), env: await readEnvironment(same) };
}

/** The one of the directory, where all of it runs. */
async function findRunning(options: InstanceOptions): Promise<Instance | undefined> {
  try {
    const instance = await describeInstance(options);
    return instance.state === "running" && instance.routes.every(({ health }) => health === "up")
      ? instance
      : undefined;
  } catch (error) {
    if (isCspaceError(error) && error.code === "CSPACE_INSTANCE_UNKNOWN") return undefined;
    throw error;
  }
}

function urlsOf(routes: readonly Route[]): Readonly<Record<string, string>> {
  return Object.fromEntries(routes.flatMap(({ label, url }) => (url === null ? [] : [[label, url]])));
}
