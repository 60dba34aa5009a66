import type { PageVariable } from "./model.ts";

/** Variables that say where something is, and nothing that anybody would keep to himself. */
const open = /^(CSPACE_\w+|(?:NO|no)_(?:PROXY|proxy)|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|\w+_CA_(?:BUNDLE|CERTS))$/;

/** Variables as the page shows them: cspace's own with their values, all others only with their names. Pure. */
export function maskEnvironment(env: Readonly<Record<string, string>>): PageVariable[] {
  return Object.entries(env)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value: open.test(name) ? value : null }));
}
