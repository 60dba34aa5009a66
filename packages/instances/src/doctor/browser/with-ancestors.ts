/** A name, and every one above it. */
export function withAncestors(name: string): string[] {
  const labels = name.split(".");
  return labels.map((_, index) => labels.slice(index).join("."));
}
