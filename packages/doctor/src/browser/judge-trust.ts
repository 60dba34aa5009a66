import { type Check, found, well } from "../check.ts";

/** The certificate stores. */
export interface TrustEvidence {
  /** `null`: there is no authority, and nothing to trust. */
  readonly stores:
    | readonly { readonly readers: string; readonly state: "trusted" | "not-trusted" | "unknown" }[]
    | null;
}

/** An authority that some trust and others do not; where nobody does, URLs are those of HTTP, and nothing fails. */
export function judgeTrust({ stores }: TrustEvidence): Check {
  if (stores === null) return well("trust", "there is no certificate authority yet");
  const missing = stores.filter(({ state }) => state === "not-trusted");
  const evidence = stores.map(({ readers, state }) => `${readers}: ${state}`);
  if (missing.length === 0) return well("trust", "the certificate authority is trusted", evidence);
  if (stores.every(({ state }) => state !== "trusted"))
    return well("trust", "nobody trusts HTTPS of this machine yet: cspace trust install", evidence);
  const readers = missing.map((one) => one.readers).join("; ");
  const message = `HTTPS of this machine is not trusted by ${readers}`;
  return found("trust", "warn", { message, evidence, fix: "cspace trust install" });
}
