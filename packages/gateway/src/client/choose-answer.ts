import type { RequestOrigin } from "../http/forwarded.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { Hub } from "../hub.ts";
import { unknownHostPage } from "../pages/pages.ts";
import type { Page } from "../pages/render-page.ts";
import { hostnameOf, type Target } from "../route-table.ts";
import { refusalOf } from "./refusal-of.ts";

/** Who answers a request: the gateway itself with a page, or the service of a route. */
export type Answerer =
  | { readonly page: Page; readonly target: Target | undefined }
  | { readonly page: undefined; readonly target: Target };

/** Decides by the host that a request names, and by nothing else. */
export function chooseAnswer(hub: Hub, request: RequestHead, scheme: RequestOrigin["scheme"]): Answerer {
  const target = hub.table.byHostname.get(hostnameOf(request.authority));
  if (target === undefined) return { page: unknownHostPage(hub.table, request, scheme), target };
  return { page: refusalOf(request, target, hub.name), target };
}
