import { CspaceError } from "@cspace/errors";
import type { HostnamesErrorCode } from "./hostnames-error-code.ts";
import { quoteText } from "./quote-text.ts";
import { isSlug, maxSlugLength, type Slug } from "./slug.ts";
import { toSlug } from "./to-slug.ts";

/**
 * The text as a {@link Slug}, unchanged; `what` says in the message what the text names, such as `"label"`.
 *
 * @throws CspaceError `CSPACE_NAME_INVALID` when it is not a slug; the hint proposes one.
 *
 * @example
 * ```ts
 * parseSlug("dev", "label"); //=> "dev"
 * ```
 */
export function parseSlug(text: string, what: string): Slug {
  if (isSlug(text)) return text;
  throw new CspaceError<HostnamesErrorCode>(
    "CSPACE_NAME_INVALID",
    `the ${what} ${quoteText(text)} is not a slug: lower-case letters and digits with single dashes between them, ` +
      `at most ${maxSlugLength} characters`,
    { hint: text.trim() === "" ? "give a name with at least one letter or digit" : `use "${toSlug(text).slug}"` },
  );
}
