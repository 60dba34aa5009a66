import { hashText } from "./hash-text.ts";

/**
 * The hue by which an instance is told from others, in degrees: the same wherever it is shown, and for as long as it has its names.
 * Twenty-four hues are far enough from each other to be told apart.
 *
 * @example
 * ```ts
 * instanceHue({ project: "resume-redux", instance: "mercury" }); //=> 60
 * ```
 */
export function instanceHue({ project, instance }: { readonly project: string; readonly instance: string }): number {
  return (Number.parseInt(hashText(`${instance}--${project}`, 8), 16) % 24) * 15;
}
