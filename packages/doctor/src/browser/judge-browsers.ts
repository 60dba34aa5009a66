import { type Check, found, well } from "../check.ts";
import { isSpared } from "../spared.ts";

/** What one profile of a browser was told, by its user, a site or another tool. */
export interface BrowserEvidence {
  /** `Chromium`, `Firefox, the profile default-release`. */
  readonly name: string;
  readonly kind: "chromium" | "firefox";
  /** Of this machine's names, and of those above them: what it asks by HTTPS alone (RFC 6797). */
  readonly secured: readonly string[];
  /** Of this machine's names: what it was told to ask by HTTP/3. */
  readonly quic: readonly string[];
  /** The proxy that it asks for everything but its exceptions; `null`: it has none of its own. */
  readonly proxy: { readonly server: string; readonly exceptions: readonly string[] } | null;
  /** Whether it asks a DNS of its own over HTTPS, and never the system. */
  readonly ownDns: boolean;
}

/** All browsers of the user, beside what they are to open. */
export interface BrowsersEvidence {
  readonly browsers: readonly BrowserEvidence[];
  /** The proxy that the desktop's settings name for every program. */
  readonly system: BrowserEvidence["proxy"];
  readonly domains: readonly string[];
  /** Whether HTTPS is served and trusted, so that nothing is lost to who insists on it. */
  readonly isSecure: boolean;
}

/**
 * Top-level domains that browsers ask by HTTPS alone, whoever they are of: they are built in.
 *
 * @see https://www.registry.google/policies/registration/ and https://hstspreload.org
 */
const securedByBrowsers: ReadonlySet<string> = new Set(
  "app bank boo channel dad day dev eat esq fly foo gle gmail goog google ing insurance meme mov new nexus page phd prof rsvp zip".split(
    " ",
  ),
);

/** What keeps a browser alone from opening a URL that every other program opens. */
export function judgeBrowsers(evidence: BrowsersEvidence): Check[] {
  const findings = [
    ...judgeDomains(evidence),
    ...judgeSecured(evidence),
    ...judgeProxies(evidence),
    ...judgeOwnDns(evidence),
    ...judgeQuic(evidence),
  ];
  if (findings.length > 0) return findings;
  const names = evidence.browsers.map(({ name }) => name);
  return [well("browsers", names.length === 0 ? "no browser was found" : "nothing keeps browsers away", names)];
}

function judgeDomains({ domains, isSecure }: BrowsersEvidence): Check[] {
  const secured = domains.filter((domain) => securedByBrowsers.has(domain.split(".").at(-1) ?? ""));
  if (isSecure || secured.length === 0) return [];
  const message = `browsers ask ${secured.join(", ")} by HTTPS alone: it is built into them`;
  return [
    found("browser-https", "fail", { message, fix: "cspace trust install, or: cspace init --domain cspace.test" }),
  ];
}

function judgeSecured({ browsers, isSecure }: BrowsersEvidence): Check[] {
  if (isSecure) return [];
  return browsers.flatMap(({ name, kind, secured }) => {
    if (secured.length === 0) return [];
    const message = `${name} asks ${secured.join(", ")} by HTTPS alone: something that was served there told it to`;
    const forget =
      kind === "chromium"
        ? `open chrome://net-internals/#hsts and delete the policy of ${secured[0]}`
        : `History > Search History, then Forget About This Site for ${secured[0]}`;
    return [found("browser-https", "warn", { message, fix: `cspace trust install; or, in it: ${forget}` })];
  });
}

function judgeProxies({ browsers, system, domains }: BrowsersEvidence): Check[] {
  const all = [...browsers, ...(system === null ? [] : [{ name: "the desktop", proxy: system }])];
  return all.flatMap(({ name, proxy }) => {
    if (proxy === null) return [];
    // Browsers send no loopback name to a proxy: https://w3c.github.io/webappsec-secure-contexts/#localhost
    const sent = domains.filter((domain) => !domain.endsWith("localhost") && !isSpared(domain, proxy.exceptions));
    if (sent.length === 0) return [];
    const message = `${name} sends names under ${sent.join(", ")} to the proxy ${proxy.server}`;
    const fix = `add these to its exceptions: ${sent.map((domain) => `*.${domain}`).join(", ")}`;
    return [found("browser-proxy", "warn", { message, evidence: proxy.exceptions, fix })];
  });
}

function judgeOwnDns({ browsers, domains }: BrowsersEvidence): Check[] {
  // Firefox asks the system for .local and .localhost all the same (network.trr.builtin-excluded-domains), Chromium for .localhost.
  const spared = { chromium: /(^|\.)localhost$/, firefox: /(^|\.)local(host)?$/ } as const;
  return browsers.flatMap(({ name, kind, ownDns }) => {
    const lost = domains.filter((domain) => !spared[kind].test(domain));
    if (!ownDns || lost.length === 0) return [];
    const message = `${name} asks a DNS of its own alone, which knows nothing under ${lost.join(", ")}`;
    const fix =
      kind === "chromium"
        ? "in it, under Security: Use secure DNS, choose the default"
        : "in it, under DNS over HTTPS: choose Default Protection";
    return [found("browser-dns", "warn", { message, fix })];
  });
}

function judgeQuic({ browsers }: BrowsersEvidence): Check[] {
  return browsers.flatMap(({ name, quic }) => {
    if (quic.length === 0) return [];
    const message = `${name} was told that ${quic.join(", ")} speaks HTTP/3, which nothing here does`;
    const fix = `delete the data of ${quic[0]} in its settings`;
    return [found("browser-quic", "warn", { message, fix })];
  });
}
