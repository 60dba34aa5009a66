import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserEvidence } from "@cspace/doctor";
import type { BrowserProfile } from "./find-profiles.ts";
import { withAncestors } from "./with-ancestors.ts";

type Json = Readonly<Record<string, unknown>>;

/** Policies of the machine's owner. @see https://chromeenterprise.google/policies/ */
const policyFolders = [
  "/etc/opt/chrome/policies/managed",
  "/etc/chromium/policies/managed",
  "/etc/opt/edge/policies/managed",
  "/etc/brave/policies/managed",
];

/** What a profile of Chromium's kind was told of names. */
export async function readChromium(
  { name, kind, folder, userData }: BrowserProfile,
  names: readonly string[],
): Promise<BrowserEvidence> {
  // Newer ones on Windows keep what is of the network in a folder of its own.
  const readNetwork = async (file: string): Promise<Json> =>
    (await readJson(join(folder, file))) ?? (await readJson(join(folder, "Network", file))) ?? {};
  const [security, network, preferences, local, policies] = await Promise.all([
    readNetwork("TransportSecurity"),
    readNetwork("Network Persistent State"),
    readJson(join(folder, "Preferences")),
    readJson(join(userData, "Local State")),
    readPolicies(),
  ]);
  const dns = policies.DnsOverHttpsMode ?? at(local, "dns_over_https", "mode");
  return {
    name,
    kind,
    secured: readSecured(security, names),
    quic: readQuic(network, names),
    proxy: readProxy(policies) ?? readProxy(policies.ProxySettings) ?? readProxyPreference(at(preferences, "proxy")),
    ownDns: dns === "secure",
  };
}

/**
 * Of the names, and those above them, those that are asked by HTTPS alone. Chromium keeps a hash of each: SHA-256 of its
 * labels as DNS writes them.
 *
 * @see https://source.chromium.org/chromium/chromium/src/+/main:net/http/transport_security_state.cc
 */
function readSecured({ sts }: Json, names: readonly string[]): string[] {
  if (!Array.isArray(sts)) return [];
  const now = Date.now() / 1000;
  const known = new Map(
    (sts as Json[])
      .filter(({ mode, expiry }) => mode === "force-https" && typeof expiry === "number" && expiry > now)
      .map(({ host, sts_include_subdomains }) => [host, sts_include_subdomains === true]),
  );
  const secured = names.flatMap((name) =>
    withAncestors(name).filter((one) => {
      const subdomains = known.get(hashName(one));
      return subdomains !== undefined && (one === name || subdomains);
    }),
  );
  return [...new Set(secured)];
}

function hashName(name: string): string {
  // RFC 1035, 3.1
  const labels = name.split(".").map((label) => String.fromCharCode(label.length) + label);
  return createHash("sha256")
    .update(`${labels.join("")}\0`)
    .digest("base64");
}

function readQuic(network: Json, names: readonly string[]): string[] {
  const servers = at(network, "net", "http_server_properties", "servers");
  if (!Array.isArray(servers)) return [];
  const told = (servers as Json[])
    .filter(({ alternative_service: all }) =>
      Array.isArray(all) ? all.some((one: Json) => one.protocol_str === "quic") : false,
    )
    .flatMap(({ server }) => (typeof server === "string" && URL.canParse(server) ? new URL(server).hostname : []));
  return [...new Set(told.filter((name) => names.includes(name)))];
}

function readProxy(policy: unknown): BrowserEvidence["proxy"] {
  const { ProxyMode, ProxyServer, ProxyBypassList } = (policy ?? {}) as Json;
  if (typeof ProxyServer !== "string" || (ProxyMode !== undefined && ProxyMode !== "fixed_servers")) return null;
  return { server: ProxyServer, exceptions: list(ProxyBypassList) };
}

/** What extensions, and flags that were kept, leave in the preferences. */
function readProxyPreference(preference: unknown): BrowserEvidence["proxy"] {
  const { mode, server, bypass_list } = (preference ?? {}) as Json;
  return mode === "fixed_servers" && typeof server === "string" ? { server, exceptions: list(bypass_list) } : null;
}

function list(text: unknown): string[] {
  return typeof text === "string" ? text.split(/[,;]\s*/).filter(Boolean) : [];
}

async function readPolicies(): Promise<Json> {
  const files = await Promise.all(
    policyFolders.map(async (folder) =>
      (await readdir(folder).catch(() => [])).sort().map((file) => readJson(join(folder, file))),
    ),
  );
  return Object.assign({}, ...(await Promise.all(files.flat()))) as Json;
}

function at(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>(
    (one, key) => (typeof one === "object" && one !== null ? (one as Json)[key] : undefined),
    value,
  );
}

/** What is not there, or damaged, tells nothing. */
async function readJson(path: string): Promise<Json | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Json;
  } catch {
    return undefined;
  }
}
