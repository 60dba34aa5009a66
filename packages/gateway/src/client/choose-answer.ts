import { usualPorts } from "@cspace/ports";
import type { RequestOrigin } from "../http/forwarded.ts";
import type { RequestHead } from "../http/request-head.ts";
import { upgradeOf } from "../http/upstream-head.ts";
import type { Hub } from "../hub.ts";
import { asleepPage, redirectPage, unknownHostPage } from "../pages/pages.ts";
import type { Page } from "../pages/render-page.ts";
import { hostnameOf, type Target } from "../route-table.ts";
import { refusalOf } from "./refusal-of.ts";
import { isProbe } from "./traffic.ts";

/** Who answers a request: the gateway itself with a page, or the service of a route. */
export type Answerer =
  | { readonly page: Page; readonly target: Target | undefined }
  | { readonly page: undefined; readonly target: Target };

/** Decides by the host that a request names, and by its path where that is reserved. */
export function chooseAnswer(hub: Hub, request: RequestHead, origin: ClientOrigin): Answerer {
  const internal = hub.internalFor(request.authority, request.target);
  if (internal !== undefined) return { page: refusalOf(request, internal, hub.name), target: internal };
  const target = hub.table.byHostname.get(hostnameOf(request.authority));
  if (target === undefined) return { page: unknownHostPage(hub.table, request, origin.scheme), target };
  const page = refusalOf(request, target, hub.name) ?? sleepOf(request, target) ?? redirectOf(request, target, origin);
  return { page, target };
}

/** Who only asks how a route is wakes nobody. */
function sleepOf({ fields }: RequestHead, target: Target): Page | undefined {
  return target.route.wake !== undefined && isProbe(fields) ? asleepPage(target) : undefined;
}

/** How a request came. */
type ClientOrigin = Pick<RequestOrigin, "scheme" | "trustForwarded">;

/** Sends on to HTTPS who came without it, where the route wants that. */
function redirectOf(request: RequestHead, { route }: Target, origin: ClientOrigin): Page | undefined {
  const { redirectTo: port } = route;
  if (port === undefined || upgradeOf(request) !== undefined || isEncrypted(request, origin)) return undefined;
  const authority = `${hostnameOf(request.authority)}${port === usualPorts.https ? "" : `:${port}`}`;
  return redirectPage(`https://${authority}${request.target === "*" ? "/" : request.target}`);
}

function isEncrypted({ fields }: RequestHead, { scheme, trustForwarded }: ClientOrigin): boolean {
  if (scheme === "https") return true;
  return trustForwarded && fields.some(({ key, value }) => key === "x-forwarded-proto" && /^(https|wss)$/.test(value));
}
