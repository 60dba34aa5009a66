import { CspaceError } from "@cspace/errors";
import { hashText } from "./hash-text.ts";
import type { HostnamesErrorCode } from "./hostnames-error-code.ts";
import { maxSlugLength, type Slug } from "./slug.ts";

/** Options of {@link toSlug}. */
export interface ToSlugOptions {
  /**
   * Slugs that may not come out, such as `reservedProjects`.
   * @default []
   */
  readonly reserved?: readonly string[] | undefined;
  /**
   * The longest slug that may come out, in characters; 10 to 63.
   * @default 63
   */
  readonly maxLength?: number | undefined;
}

/** What {@link toSlug} gives. */
export interface ToSlugResult {
  readonly slug: Slug;
  /** Whether the slug differs from the text, so that two texts may share it. */
  readonly changed: boolean;
}

const hashDigits = 8;
const shortest = "x-".length + hashDigits;

/**
 * Makes a slug of any text, the same one every time; a text that is a slug already comes back as it is.
 *
 * Accents are dropped (Unicode NFKD), letters lowered, and every run of other characters becomes one dash. The slug ends
 * in a hash of the text when it had to be cut, when it would be reserved, or when nothing usable was left.
 *
 * @throws CspaceError `CSPACE_NAME_EMPTY` when the text is empty or white space.
 * @throws RangeError when `maxLength` is not a whole number from 10 to 63.
 *
 * @example
 * ```ts
 * toSlug("Résumé Redux"); //=> { slug: "resume-redux", changed: true }
 * toSlug("feature/auth").slug; //=> "feature-auth"
 * toSlug("🚀").slug; //=> "x-ebbc0b28"
 * ```
 */
export function toSlug(text: string, options: ToSlugOptions = {}): ToSlugResult {
  const { reserved = [], maxLength = maxSlugLength } = options;
  if (!Number.isInteger(maxLength) || maxLength < shortest || maxLength > maxSlugLength) {
    throw new RangeError(`maxLength must be a whole number from ${shortest} to ${maxSlugLength}, not ${maxLength}`);
  }
  if (text.trim() === "") {
    throw new CspaceError<HostnamesErrorCode>("CSPACE_NAME_EMPTY", "a name is empty", {
      hint: "give a name with at least one letter or digit",
    });
  }
  const plain = dashed(text);
  let slug = plain === "" || plain.length > maxLength ? hashed(plain, text, maxLength) : plain;
  // From the second round on another text is hashed, so that even a reserved slug that ends in this hash is avoided.
  for (let round = 0; reserved.includes(slug); round += 1) slug = hashed(plain, text + "#".repeat(round), maxLength);
  return { slug: slug as Slug, changed: slug !== text };
}

function dashed(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function hashed(plain: string, text: string, maxLength: number): string {
  const head = plain.slice(0, maxLength - hashDigits - 1).replace(/-$/, "") || "x";
  return `${head}-${hashText(text, hashDigits)}`;
}
