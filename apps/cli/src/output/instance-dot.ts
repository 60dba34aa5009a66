import { instanceHue } from "@cspace/hostnames";
import type { Instance } from "@cspace/instances";
import type { Output } from "./output.ts";

/** Light and saturation of the colour, as on the page. */
const [saturation, lightness] = [0.65, 0.5];

/** The colour of an instance in a terminal, which its tabs and the page have as well; nothing where there are no colours. */
export function instanceDot(names: Pick<Instance, "project" | "instance">, { style }: Pick<Output, "style">): string {
  return style.isColorSupported ? `\u001b[38;5;${toCube(instanceHue(names))}m●\u001b[39m ` : "";
}

/** The nearest of the 216 colours that terminals have had for long. */
function toCube(hue: number): number {
  // https://www.w3.org/TR/css-color-4/#hsl-to-rgb
  const channel = (offset: number): number => {
    const k = (offset + hue / 30) % 12;
    return lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  const [red = 0, green = 0, blue = 0] = [0, 8, 4].map((offset) => Math.round(channel(offset) * 5));
  return 16 + 36 * red + 6 * green + blue;
}
