import type { RequestHead } from "../http/request-head.ts";

/**
 * Whether a browser opens a page with a request, so that it may be shown another one for now and ask again. To names that
 * it does not trust without encryption a browser does not say so; that it would rather have HTTPS, it says of pages alone.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header
 * @see https://www.w3.org/TR/upgrade-insecure-requests/#preference
 */
export function isPage({ method, fields }: Pick<RequestHead, "method" | "fields">): boolean {
  const fieldOf = (name: string): string | undefined => fields.find(({ key }) => key === name)?.value;
  const mode = fieldOf("sec-fetch-mode");
  const isOpened = mode === undefined ? fieldOf("upgrade-insecure-requests") === "1" : mode === "navigate";
  return method === "GET" && isOpened;
}
