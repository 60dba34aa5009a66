import { CspaceError } from "@cspace/errors";
import type { ComposeErrorCode } from "../errors.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { isGone } from "../home/is-gone.ts";
import { isNewer, newerVersion } from "../newer-version.ts";
import { proxySpec } from "../proxy-names.ts";
import type { ProxyState } from "./proxy-state.ts";

/**
 * Refuses to change a proxy that is not this home's: a stranger's container, or one that another home started, unless
 * that home is gone.
 *
 * @throws {CspaceError} `CSPACE_PROXY_FOREIGN`; `CSPACE_VERSION_NEWER` for one that this version does not know how it is made.
 */
export function refuseForeign(state: ProxyState, paths: HomePaths): void {
  if (state.foreign !== null) {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_PROXY_FOREIGN",
      `a container named ${state.foreign} exists that this cspace did not make`,
      { hint: `remove it if nothing needs it: docker rm -f ${state.foreign}` },
    );
  }
  if (isNewer(state.spec, proxySpec)) throw newerVersion("the proxy of this machine");
  if (state.home === null || state.home === paths.home || isGone(state.home)) return;
  if (state.state !== "running") {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_PROXY_FOREIGN",
      `the proxy of this machine was started from ${state.home}, and not all of it runs`,
      { hint: `start it there: CSPACE_HOME=${state.home} cspace proxy up; or remove it: cspace proxy down` },
    );
  }
  throw new CspaceError<ComposeErrorCode>(
    "CSPACE_PROXY_FOREIGN",
    `the proxy of this machine was started from ${state.home} with another configuration than ${paths.home} asks for`,
    { hint: `stop it there: CSPACE_HOME=${state.home} cspace proxy down` },
  );
}
