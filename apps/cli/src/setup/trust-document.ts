import type { TrustStore } from "@cspace/trust";
import type { Output } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import type { MachineTrust } from "./trust-machine.ts";

/** What the stores of this machine say of its authority. */
export interface TrustDocument {
  /** The root; `null` while there is none. */
  readonly root: {
    readonly name: string;
    readonly path: string;
    /** SHA-256: 64 lower-case hexadecimal digits. */
    readonly fingerprint: string;
    readonly notAfter: string;
  } | null;
  readonly stores: readonly Pick<TrustStore, "kind" | "path" | "readers" | "state" | "reason">[];
}

/** Leaves out what is of no use to others, such as the certificates themselves. */
export function describeTrust(trust: MachineTrust | undefined): TrustDocument {
  if (trust === undefined) return { root: null, stores: [] };
  const { name, path, fingerprint, notAfter } = trust.root;
  const stores = trust.stores.map(({ kind, path, readers, state, reason }) => ({ kind, path, readers, state, reason }));
  return { root: { name, path, fingerprint, notAfter: notAfter.toISOString() }, stores };
}

/** Says in a few lines who trusts HTTPS, and what is missing for whom it cannot be told. */
export function renderTrusted({ root, stores }: TrustDocument): string {
  const readers = (state: TrustStore["state"]): string =>
    stores.flatMap((store) => (store.state === state ? store.readers : [])).join("; ");
  const [trusted, missing] = root === null ? ["", ""] : [readers("trusted"), readers("not-trusted")];
  return [
    trusted === "" ? "HTTPS is trusted by nobody yet: cspace trust install" : `HTTPS is trusted by ${trusted}`,
    ...(trusted === "" || missing === "" ? [] : [`  not yet by ${missing}: cspace trust install`]),
    ...stores.flatMap((store) => (store.state === "unknown" ? `  not known of ${store.readers}: ${store.reason}` : [])),
  ].join("\n");
}

/** Renders the stores, each with who asks it. */
export function renderTrust({ root, stores }: TrustDocument, { style }: Output): string {
  if (root === null)
    return "there is no certificate authority yet: cspace trust install makes one, and so does cspace up";
  const shown = { trusted: style.green, "not-trusted": style.yellow, unknown: style.dim };
  const rows = stores.map(({ kind, path, readers, state, reason }) => [
    kind,
    shown[state](state === "not-trusted" ? "not trusted" : state),
    readers,
    reason ?? path,
  ]);
  return `${root.name}, until ${root.notAfter.slice(0, 10)}: ${root.path}\n\n${renderTable(rows)}`;
}
