const hour = 3_600_000;
const day = 24 * hour;

/** Before now by as much as clocks of one machine and its containers differ, in milliseconds. */
export const backdating: number = hour;

/** How long a root is valid, in milliseconds: ten years. */
export const rootLifetime: number = 3652 * day;

/** How long a server's certificate is valid, in milliseconds: 90 days; Apple's systems take 825 at most. */
export const leafLifetime: number = 90 * day;

/**
 * Whether a certificate is to be made anew: when a third of its time is left, or less, and when it is not valid yet
 * because the clock was ahead when it was made.
 *
 * @example
 * ```ts
 * const span = { notBefore: new Date("2026-01-01"), notAfter: new Date("2026-04-01") };
 * isRenewalDue(span, new Date("2026-02-01")); //=> false
 * isRenewalDue(span, new Date("2026-03-10")); //=> true
 * isRenewalDue(span, new Date("2025-12-31")); //=> true
 * ```
 */
export function isRenewalDue(
  { notBefore, notAfter }: { readonly notBefore: Date; readonly notAfter: Date },
  now: Date = new Date(),
): boolean {
  const left = notAfter.getTime() - now.getTime();
  return now < notBefore || left <= (notAfter.getTime() - notBefore.getTime()) / 3;
}
