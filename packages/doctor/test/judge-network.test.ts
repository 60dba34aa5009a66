import { type Check, judgeDns, judgeLookup, judgeNames, type LookupEvidence } from "@cspace/doctor";
import { expect, test } from "vitest";

const findings = (judged: Check | readonly Check[] | undefined): string[] =>
  [judged ?? []].flat().flatMap(({ id, status, message }) => (status === "ok" ? [] : [`${status} ${id}: ${message}`]));

test("who answers DNS", () => {
  expect(findings(judgeDns({ port: null, answer: null, holder: null }))).toEqual([]);
  expect(findings(judgeDns({ port: 53, answer: "cspace", holder: null }))).toEqual([]);
  expect(findings(judgeDns({ port: 53, answer: "other", holder: "dnsmasq (pid 7)" }))).toEqual([
    "fail dns: on UDP port 53 of 127.0.0.1 another DNS answers: dnsmasq (pid 7)",
  ]);
  expect(findings(judgeDns({ port: 53, answer: "timeout", holder: null }))).toEqual([
    "fail dns: cspace's DNS runs, and questions are swallowed on UDP port 53 of 127.0.0.1",
  ]);
  expect(findings(judgeDns({ port: 53, answer: "refused", holder: null }))).toEqual([
    "fail dns: cspace's DNS runs, and nobody answers on UDP port 53 of 127.0.0.1",
  ]);
});

const lookup: LookupEvidence = {
  domains: ["cspace.local", "cspace.localhost"],
  search: ["corp.example"],
  ndots: 1,
  sources: ["files", "mdns4_minimal", "[NOTFOUND=return]", "dns"],
};

test.each<[string, Partial<LookupEvidence>, string[]]>([
  ["as Debian has it", {}, []],
  [
    "dots that a name does not have",
    { ndots: 5 },
    ["warn search: names under cspace.local, cspace.localhost are looked for under corp.example first"],
  ],
  ["dots that every name has", { ndots: 4 }, []],
  ["no domain to look under", { ndots: 15, search: [] }, []],
  ["systemd-resolved, which counts no dots", { ndots: 15, sources: ["resolve", "[!UNAVAIL=return]", "dns"] }, []],
  [
    "multicast for every name",
    { sources: ["files", "mdns4", "dns"] },
    ["warn mdns: names under cspace.local are asked of the whole network by multicast first"],
  ],
  ["multicast after all others", { sources: ["files", "dns", "mdns"] }, []],
  ["multicast for what is not under .local", { domains: ["cspace.test"], sources: ["mdns", "dns"] }, []],
])("lookups: %s", (_, change, expected) => {
  expect(findings(judgeLookup({ ...lookup, ...change }))).toEqual(expected);
});

test("a VPN is shown beside names that do not lead here", () => {
  const names = { domain: "cspace.local", state: "not-used", reason: "x", fix: null, resolver: "hosts: y" } as const;
  const tunnels = ["wg0 is a VPN's, for every name"];
  expect(judgeNames({ ...names, isBuiltIn: false, isNamed: true, tunnels }).evidence).toEqual(["hosts: y", ...tunnels]);
});
