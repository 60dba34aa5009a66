import type { RequestHead } from "../http/request-head.ts";
import type { Hub } from "../hub.ts";
import { pathOf, type Target } from "../route-table.ts";
import type { Page } from "./render-page.ts";

/** Whether a service that answers 404 has no icon, and the gateway has one in its place. */
export function lacksIcon({ icon }: Hub, { method, target }: RequestHead, { mark }: Target): boolean {
  const isAsked = pathOf(target) === "/favicon.ico" && (method === "GET" || method === "HEAD");
  return icon !== undefined && mark !== "" && isAsked;
}

/** The icon of a route. */
export function iconPage({ icon }: Hub, { route }: Target): Page {
  const body = icon?.(route) ?? "";
  return { status: 200, error: "icon", message: "", raw: { type: "image/svg+xml", body } };
}
