/** The codes of the errors that this package throws; those of `@cspace/hostnames` and `@cspace/plan` pass through it. */
export type CertsErrorCode =
  | "CSPACE_AUTHORITY_INVALID"
  | "CSPACE_CERTIFICATE_INVALID"
  | "CSPACE_CERTIFICATE_OUTSIDE"
  | "CSPACE_CERTS_UNREADABLE";
