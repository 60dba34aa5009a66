import type { RequestHead } from "../http/request-head.ts";

/**
 * Whether a browser opens a page with a request, so that it may be shown another one for now and ask again.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header
 */
export function isPage({ method, fields }: Pick<RequestHead, "method" | "fields">): boolean {
  return method === "GET" && fields.some(({ key, value }) => key === "sec-fetch-mode" && value === "navigate");
}
