import { closest, distance } from "fastest-levenshtein";

/** The name that was probably meant, when one of the known names is near enough to be a slip of the keyboard. */
export function suggestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const lower = name.toLowerCase();
  const nearest = closest(lower, known);
  return distance(lower, nearest.toLowerCase()) <= Math.max(1, Math.round(nearest.length * 0.4)) ? nearest : undefined;
}
