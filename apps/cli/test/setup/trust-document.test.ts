import { expect, test } from "vitest";
import { renderTrusted, type TrustDocument } from "../../src/setup/trust-document.ts";

const root = { name: "cspace local authority 1f2e3d4c", path: "/r.pem", fingerprint: "0", notAfter: "2036-01-01" };
type Store = TrustDocument["stores"][number];
const system: Store = { kind: "debian", path: "/ca", readers: "curl", state: "trusted", reason: null };
const browser: Store = { kind: "nss", path: "/nss", readers: "Chrome", state: "trusted", reason: null };

test.each<[string, TrustDocument, string]>([
  ["nobody", { root: null, stores: [] }, "HTTPS is trusted by nobody yet: cspace trust install"],
  ["all", { root, stores: [system, browser] }, "HTTPS is trusted by curl; Chrome"],
  [
    "some",
    { root, stores: [system, { ...browser, state: "not-trusted" }] },
    "HTTPS is trusted by curl\n  not yet by Chrome: cspace trust install",
  ],
  [
    "whom nobody can ask",
    { root, stores: [system, { ...browser, state: "unknown", reason: "certutil is not there" }] },
    "HTTPS is trusted by curl\n  not known of Chrome: certutil is not there",
  ],
])("who trusts HTTPS, in a few lines: %s", (_, document, text) => {
  expect(renderTrusted(document)).toBe(text);
});
