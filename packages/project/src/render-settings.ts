import type { Settings } from "./settings.ts";

/**
 * The text of a `.cspace.json` as people write it: a line for each route, process and other small thing. Pure.
 *
 * @example
 * ```ts
 * renderSettings({ routes: { dev: { service: "app", port: 3000 } } });
 * //=> '{\n  "routes": {\n    "dev": { "service": "app", "port": 3000 }\n  }\n}\n'
 * ```
 */
export function renderSettings(settings: Settings): string {
  return `${renderValue(settings, "")}\n`;
}

function renderValue(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const list = Array.isArray(value);
  const [open, close] = list ? "[]" : "{}";
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  const render = (inner: string): string[] =>
    entries.map(([name, one]) => (list ? "" : `${JSON.stringify(name)}: `) + renderValue(one, inner));
  if (entries.length === 0) return `${open}${close}`;
  // What holds only plain values, below the top, fits on a line.
  const isSmall = indent !== "" && entries.every(([, one]) => typeof one !== "object" || one === null);
  if (isSmall) return list ? `[${render("").join(", ")}]` : `{ ${render("").join(", ")} }`;
  const inner = `${indent}  `;
  return `${open}\n${render(inner)
    .map((line) => inner + line)
    .join(",\n")}\n${indent}${close}`;
}
