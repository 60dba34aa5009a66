export { type ApplyTrustPlanOptions, applyTrustPlan } from "./apply-trust-plan.ts";
export { firefoxFolders } from "./find-nss-databases.ts";
export { planDistrust, planTrust } from "./plan-trust.ts";
export { type ReadTrustOptions, readTrust } from "./read-trust.ts";
export {
  type ReadTrustedByOptions,
  type ReadTrustingBundleOptions,
  readTrustedBy,
  readTrustingBundle,
  type TrustedBy,
} from "./read-trusted-by.ts";
export type { RootCertificate } from "./root-certificate.ts";
export { trustCommands } from "./trust-commands.ts";
export type { TrustErrorCode } from "./trust-error-code.ts";
export type { OwnEntry, TrustStore, TrustStoreKind } from "./trust-store.ts";
