declare const brand: unique symbol;

/**
 * A lower-case RFC 1123 label of 1 to 63 characters: `[a-z0-9]` and single dashes between them.
 *
 * Two dashes in a row never occur, so `--` joins slugs and splits them again without ambiguity.
 */
export type Slug = string & { readonly [brand]: "Slug" };

/** The longest label that DNS carries, in characters (RFC 1035, section 2.3.4). */
export const maxSlugLength = 63;

const shape = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * Whether a value is a {@link Slug} as it stands.
 *
 * @example
 * ```ts
 * isSlug("resume-redux"); //=> true
 * isSlug("resume--redux"); //=> false
 * ```
 */
export function isSlug(text: unknown): text is Slug {
  return typeof text === "string" && text.length <= maxSlugLength && shape.test(text);
}
