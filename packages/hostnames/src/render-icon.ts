import { instanceHue } from "./instance-hue.ts";

/**
 * The icon of an instance, as SVG: a disc in its colour with the first letter of its name, so that its tabs are told from those of others.
 *
 * @example
 * ```ts
 * renderIcon({ project: "resume-redux", instance: "mercury" }).includes(">m</text>"); //=> true
 * ```
 */
export function renderIcon(names: { readonly project: string; readonly instance: string }): string {
  const letter = /^[a-z0-9]/.exec(names.instance)?.[0] ?? "";
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">',
    `<circle cx="16" cy="16" r="15" fill="hsl(${instanceHue(names)} 65% 42%)"/>`,
    `<text x="16" y="22" text-anchor="middle" font-family="system-ui,sans-serif" font-size="18" font-weight="700" fill="#fff">${letter}</text>`,
    "</svg>",
  ].join("");
}
