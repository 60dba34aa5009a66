import { isSlug } from "@cspace/hostnames";
import { parseIdentityLabels } from "./identity-labels.ts";
import { labelKeys } from "./label-keys.ts";
import { isPort, type LabelledRoute } from "./labelled-route.ts";

/**
 * The routes of a container, read from its `cspace.*` labels alone, in the order of the labels.
 *
 * It never throws: a container that cspace does not manage has no routes, and an entry that is malformed is left out.
 *
 * @example
 * ```ts
 * parseLabels(buildLabels([{ label: "docs", instance: "earth", project: "resume-redux", port: 8000 }]));
 * //=> [{ label: "docs", instance: "earth", project: "resume-redux", port: 8000 }]
 * parseLabels({ "cspace.route.docs": "8000" }); //=> []
 * ```
 */
export function parseLabels(labels: Readonly<Record<string, string>>): readonly LabelledRoute[] {
  const identity = parseIdentityLabels(labels);
  if (identity === undefined) return [];
  return Object.entries(labels).flatMap(([key, value]) => {
    if (!key.startsWith(labelKeys.routePrefix)) return [];
    const label = key.slice(labelKeys.routePrefix.length);
    const port = parsePort(value);
    const scheme = parseScheme(labels[`${labelKeys.schemePrefix}${label}`]);
    return isSlug(label) && port !== undefined ? [{ label, ...identity, port, ...(scheme && { scheme }) }] : [];
  });
}

function parseScheme(text: string | undefined): LabelledRoute["scheme"] {
  return text === "https" || text === "h2c" ? text : undefined;
}

function parsePort(text: string): number | undefined {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : Number.NaN;
  return isPort(port) ? port : undefined;
}
