import type { PageInstance } from "@cspace/page/model";

/** Those that have all the words that are looked for. Pure. */
export function filter(instances: readonly PageInstance[], wanted: string): readonly PageInstance[] {
  const words = wanted
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return instances;
  return instances.filter(({ project, instance, branch, directory, routes }) => {
    const text = [project, instance, branch, directory, ...routes.map(({ label }) => label)].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
