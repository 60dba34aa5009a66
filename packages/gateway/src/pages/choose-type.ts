import Negotiator from "negotiator";

/** The forms in which a page can be shown; of those that a client likes equally well, the first. */
const types = ["text/plain", "text/html", "application/json"] as const;
export type PageType = (typeof types)[number];

/**
 * The form that a client prefers by its `Accept` (RFC 9110, 12.5.1). Who asks for a kind of JSON or of HTML takes JSON
 * or HTML; who accepts none of them gets plain text: an error is to be read.
 */
export function chooseType(accepted: string): PageType {
  // Versions, character sets and the like are not told apart: there is one of each type.
  const accept = accepted.toLowerCase().replace(/;\s*(?!q=)[^;,]*/g, "");
  const kinds = new Map<string, PageType>(types.map((type) => [type, type]));
  kinds.set("application/xhtml+xml", "text/html");
  for (const [kind] of accept.matchAll(/[^\s,;]+\+json/g)) kinds.set(kind, "application/json");
  const preferred = new Negotiator({ headers: { accept } }).mediaType([...kinds.keys()]);
  return kinds.get(preferred ?? "") ?? "text/plain";
}
