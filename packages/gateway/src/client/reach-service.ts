import { setTimeout } from "node:timers/promises";
import type { Hub } from "../hub.ts";
import { asleepPage, downPage, lostPage, startingPage, waitingPage } from "../pages/pages.ts";
import type { Page } from "../pages/render-page.ts";
import type { Target } from "../route-table.ts";
import { DialError } from "../upstream/dial.ts";
import type { UpstreamConnection } from "../upstream/upstream-connection.ts";

/** How often a process that is starting is asked whether it listens. */
const pollMs = 50;

type PageMaker = (target: Target) => Promise<Page>;

/** A connection to a service, or the page that says why there is none; and the route as it is now. */
export type Reached =
  | { readonly target: Target; readonly connection: UpstreamConnection }
  | { readonly target: Target; readonly page: PageMaker };

/** Who waits for a service. */
export interface Waiter {
  /** Nobody waits any more. */
  readonly isOver: () => boolean;
  /** Whether it is a browser that opens a page, which is to see what it waits for. @default false */
  readonly isPage?: boolean;
  /** Whether it only asks how the route is, and wakes nobody, also where that went to sleep meanwhile. @default false */
  readonly isProbe?: () => boolean;
}

/**
 * Connects to the process of a route. While the table says that it is starting, a refused connection is tried again, for
 * so long as the limits allow; one that sleeps is woken. Nothing of the request has been sent yet, so whatever it is may
 * wait.
 */
export async function reachService(hub: Hub, wanted: Target, waiter: Waiter): Promise<Reached> {
  const { isOver, isPage = false, isProbe = () => false } = waiter;
  if (wanted.route.waiting !== undefined) return { target: wanted, page: waitingPage };
  const begin = Date.now();
  let target = wanted;
  let slept = false;
  for (;;) {
    const { wake } = target.route;
    if (wake !== undefined && isProbe()) return { target, page: async (asleep) => asleepPage(asleep) };
    slept ||= wake !== undefined;
    wake?.();
    try {
      return { target, connection: await hub.poolOf(target).connect() };
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      const limit = patienceOf(hub, { slept, isPage });
      const page = pageOf(hub, target, error, Date.now() - begin >= limit);
      if (page !== undefined || isOver()) return { target, page: page ?? startingPage };
    }
    await setTimeout(pollMs);
    const now = hub.table.byHostname.get(wanted.hostname);
    // A route that is gone meanwhile is waited for no longer.
    target = now ?? { ...target, route: { ...target.route, starting: false } };
  }
}

/** What is to be shown of a route that cannot be connected to; `undefined` to try again. */
function pageOf(hub: Hub, { route }: Target, { code }: DialError, isLate: boolean): PageMaker | undefined {
  if (route.starting === true || route.wake !== undefined) return hub.isEnding || isLate ? startingPage : undefined;
  if (code === "ETIMEDOUT") return (target) => lostPage(target, 504, "did not answer in time");
  return (target) => downPage(target, code);
}

/** For how long a service that is on its way is waited for, in milliseconds. */
function patienceOf({ limits }: Hub, { slept, isPage }: { readonly slept: boolean; readonly isPage: boolean }): number {
  if (isPage) return limits.pageTimeoutMs;
  return slept ? limits.wakeTimeoutMs : limits.startTimeoutMs;
}
