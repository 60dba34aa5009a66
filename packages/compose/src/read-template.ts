import { readFileSync } from "node:fs";

/** Reads a template of this package, by its path below `templates/`. */
export function readTemplate(path: string): string {
  return readFileSync(new URL(`../templates/${path}`, import.meta.url), "utf8");
}
