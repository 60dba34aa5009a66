import { hashText } from "./hash-text.ts";
import type { Slug } from "./slug.ts";

const longest = 63;
const hashDigits = 16;
// Slugs neither begin nor end with a dash, so three dashes never occur in a name that was not cut.
const cutMark = "---";

/**
 * Joins slugs with `--`; a joined name over 63 characters is cut and ends in `---` and a hash of the whole.
 *
 * Different lists of slugs of one length give different names; two cut ones but for a collision of 64 bits of SHA-256.
 */
export function joinSlugs(slugs: readonly Slug[]): string {
  const whole = slugs.join("--");
  if (whole.length <= longest) return whole;
  const head = whole.slice(0, longest - cutMark.length - hashDigits).replace(/-+$/, "");
  return `${head}${cutMark}${hashText(whole, hashDigits)}`;
}
