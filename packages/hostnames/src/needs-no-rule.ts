/**
 * Whether browsers send the names of a domain to this machine by themselves, so that it needs no rule of the resolver's.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6761#section-6.3
 * @example
 * ```ts
 * needsNoRule("cspace.localhost"); //=> true
 * ```
 */
export function needsNoRule(domain: string): boolean {
  return domain.endsWith(".localhost");
}
