/**
 * Which router of Traefik goes before which. That of a container is the length of its rule, and an exempt route's is
 * `exemptPriority` of @cspace/labels; Traefik's own begin at 2^63 - 1000.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/
 */
export const priorities = {
  /** Above that of every router of a container. */
  asleep: 1_000_000_000,
  /** Where the gateway does not serve it: nobody does, and no container gets it. */
  noIdentity: 1_100_000_000,
  identity: 1_200_000_000,
} as const;
