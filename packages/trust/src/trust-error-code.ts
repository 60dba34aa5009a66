/** Every code that this package throws in a `CspaceError`; those of `@cspace/plan` pass through it. */
export type TrustErrorCode = "CSPACE_ROOT_UNKNOWN";
