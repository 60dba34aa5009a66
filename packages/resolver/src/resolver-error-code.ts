/** Every code that this package throws in a `CspaceError`. */
export type ResolverErrorCode = "CSPACE_RESOLVER_DAMAGED" | "CSPACE_RESOLVER_FOREIGN" | "CSPACE_RESOLVER_PORT";
