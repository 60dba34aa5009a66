export type { Authority, IssuedCertificate, KeyPair } from "./authority.ts";
export type { CertsErrorCode } from "./certs-error-code.ts";
export { type CreateAuthorityOptions, createAuthority } from "./create-authority.ts";
export { type CertificateFolder, certificateFolder, servedFile } from "./files/certificate-folder.ts";
export {
  type EnsureAuthorityOptions,
  type EnsuredAuthority,
  ensureAuthority,
  type ProposedAuthority,
  proposeAuthority,
} from "./files/ensure-authority.ts";
export { type Bundle, describeBundle, ensureBundle, refreshBundles } from "./files/ensure-bundle.ts";
export {
  type EnsureCertificateOptions,
  type EnsuredCertificate,
  ensureCertificate,
  type RenewCertificatesOptions,
  removeCertificate,
  renewCertificates,
} from "./files/ensure-certificate.ts";
export {
  ensureInstanceCertificates,
  type InstanceCertificates,
  type InstanceName,
  instanceFiles,
  removeInstanceCertificate,
} from "./files/ensure-instance-certificates.ts";
export { describeRoot, type Root, readRetiredRoots, readRoot } from "./files/read-roots.ts";
export { type IssueCertificateOptions, issueCertificate } from "./issue-certificate.ts";
export { isRenewalDue } from "./lifetimes.ts";
export { readAuthority } from "./read-authority.ts";
