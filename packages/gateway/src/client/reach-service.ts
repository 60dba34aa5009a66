import { setTimeout } from "node:timers/promises";
import type { Hub } from "../hub.ts";
import { downPage, lostPage, startingPage } from "../pages/pages.ts";
import type { Page } from "../pages/render-page.ts";
import type { Target } from "../route-table.ts";
import { DialError } from "../upstream/dial.ts";
import type { UpstreamConnection } from "../upstream/upstream-connection.ts";

/** How often a process that is starting is asked whether it listens. */
const pollMs = 50;

/** A connection to a service, or the page that says why there is none; and the route as it is now. */
export type Reached =
  | { readonly target: Target; readonly connection: UpstreamConnection }
  | { readonly target: Target; readonly page: () => Promise<Page> };

/**
 * Connects to the process of a route. While the table says that it is starting, a refused connection is tried again, for
 * so long as the limits allow. Nothing of the request has been sent yet, so whatever it is may wait.
 */
export async function reachService(hub: Hub, wanted: Target, isOver: () => boolean): Promise<Reached> {
  const { startTimeoutMs } = hub.limits;
  const begin = Date.now();
  for (
    let target = wanted;
    ;
    target = hub.table.byHostname.get(wanted.hostname) ?? { ...target, route: { ...target.route, starting: false } }
  ) {
    try {
      return { target, connection: await hub.poolOf(target).connect() };
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      if (target.route.starting !== true || isOver()) {
        const late = error.code === "ETIMEDOUT";
        const page = async (): Promise<Page> =>
          late ? lostPage(target, 504, "did not answer in time") : downPage(target, error.code);
        return { target, page };
      }
      if (hub.draining || Date.now() - begin >= startTimeoutMs)
        return { target, page: async () => startingPage(target) };
    }
    await setTimeout(pollMs);
  }
}
