import { expect, test } from "vitest";
import { judgeResolver, type ResolverEvidence } from "../src/verify/judge-resolver.ts";

const evidence: ResolverEvidence = {
  kind: "systemd-resolved",
  domain: "cspace.local",
  ruled: true,
  rulePort: 53,
  port: 53,
  answers: true,
  loaded: true,
  missing: [],
  named: true,
  lookUp: { addresses: ["127.0.0.1"], ms: 8, timedOut: false },
  sources: ["files", "resolve", "dns"],
};
const none = { addresses: [], ms: 8, timedOut: false };

test.each<[string, Partial<ResolverEvidence>, string, string, string]>([
  ["IPv4 and IPv6 loopback", { lookUp: { ...none, addresses: ["127.0.0.1", "::1"] } }, "ok", "", ""],
  ["resolved without a rule of cspace's", { ruled: false, rulePort: null }, "ok", "", ""],
  ["resolved, with no DNS of cspace's", { answers: false, port: null }, "ok", "", ""],
  [
    "resolved after five seconds",
    { lookUp: { addresses: ["127.0.0.1"], ms: 5030, timedOut: false } },
    "slow",
    "5.0 s",
    "VPN",
  ],
  ["given up", { lookUp: { addresses: [], ms: 8000, timedOut: true } }, "slow", "no answer within 8 s", "VPN"],
  ["no rule", { ruled: false, rulePort: null, lookUp: none }, "no-rule", "no rule sends cspace.local", "cspace init"],
  [
    "no rule for *.localhost",
    { domain: "cspace.localhost", ruled: false, lookUp: none },
    "no-rule",
    "Safari, Node and Java",
    "--localhost",
  ],
  ["no DNS behind the rule", { answers: false, port: null, lookUp: none }, "no-dns", "port 53", "cspace proxy up"],
  [
    "given up, no DNS behind the rule",
    { answers: false, lookUp: { addresses: [], ms: 8000, timedOut: true } },
    "no-dns",
    "port 53",
    "cspace proxy up",
  ],
  [
    "the DNS listens elsewhere",
    { port: 5300, answers: false, lookUp: none },
    "no-dns",
    "listens on 5300",
    "cspace dns install",
  ],
  ["the rule was not read", { loaded: false, lookUp: none }, "not-used", "has not read", "cspace dns install"],
  [
    "DNS over TLS demanded of all",
    { demands: ["DNSOverTLS"], lookUp: { addresses: [], ms: 8000, timedOut: true } },
    "slow",
    "DNSOverTLS=yes",
    "DNSOverTLS=opportunistic",
  ],
  ["DNSSEC demanded of all", { demands: ["DNSSEC"], lookUp: none }, "not-used", "DNSSEC=yes", "echo cspace.local"],
  ["demands that are met all the same", { demands: ["DNSSEC"] }, "ok", "", ""],
  ["another address", { lookUp: { ...none, addresses: ["192.0.2.7"] } }, "not-used", "192.0.2.7", "VPN"],
  [
    "loopback and another address",
    { lookUp: { ...none, addresses: ["127.0.0.1", "192.0.2.7"] } },
    "not-used",
    "192.0.2.7",
    "VPN",
  ],
  ["no source", { lookUp: none, sources: ["files"] }, "not-used", "asks files for hosts", "nsswitch.conf"],
  [
    "mdns first",
    { lookUp: none, sources: ["files", "mdns4_minimal", "[NOTFOUND=return]", "dns"] },
    "not-used",
    "mdns4_minimal before dns",
    "cspace init --domain cspace.test",
  ],
  ["no cause to be seen", { lookUp: none }, "not-used", "does not follow", "cspace dns install"],
  [
    "dnsmasq without dns",
    { kind: "dnsmasq", lookUp: none, sources: ["files", "resolve"] },
    "not-used",
    "not dns",
    "add dns",
  ],
  ["macOS", { kind: "macos", lookUp: none, sources: [] }, "not-used", "does not ask", "cspace dns install"],
  [
    "hosts: names missing",
    {
      kind: "hosts",
      ruled: false,
      rulePort: null,
      missing: ["a.b.c.cspace.local", "x.b.c.cspace.local"],
      lookUp: none,
    },
    "no-rule",
    "2 names are missing in /etc/hosts: a.b.c",
    "cspace dns install",
  ],
  [
    "hosts: nothing to write",
    { kind: "hosts", ruled: false, rulePort: null, named: false, lookUp: none },
    "no-rule",
    "no instance",
    "cspace up",
  ],
  [
    "hosts: not asked",
    { kind: "hosts", rulePort: null, lookUp: none, sources: ["dns"] },
    "not-used",
    "not files",
    "add files",
  ],
])("%s", (_, change, state, reason, fix) => {
  const verdict = judgeResolver({ ...evidence, ...change });
  expect(verdict.state).toBe(state);
  if (state === "ok") expect(verdict).toEqual({ state, reason: null, fix: null });
  else {
    expect(verdict.reason).toContain(reason);
    expect(verdict.fix).toContain(fix);
  }
});
