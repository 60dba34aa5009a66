/** How `idle` is written: a whole number with its unit, or `never`. */
export const idlePattern = "^([1-9][0-9]{0,4}[smh]|never)$";

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads how long nobody uses an instance until it goes to sleep, in milliseconds; `null`: it never does; `undefined`: that is no
 * such time.
 *
 * @example
 * ```ts
 * parseIdle("30m"); //=> 1800000
 * parseIdle("never"); //=> null
 * ```
 */
export function parseIdle(text: string): number | null | undefined {
  if (!new RegExp(idlePattern).test(text)) return undefined;
  return text === "never" ? null : Number(text.slice(0, -1)) * (unitMs[text.slice(-1)] as number);
}
