import { type BrowserEvidence, type BrowsersEvidence, judgeBrowsers } from "@cspace/doctor";
import { expect, test } from "vitest";

const chrome: BrowserEvidence = { name: "Chrome", kind: "chromium", secured: [], quic: [], proxy: null, ownDns: false };
const firefox: BrowserEvidence = { ...chrome, name: "Firefox", kind: "firefox" };
const evidence: BrowsersEvidence = {
  browsers: [chrome, firefox],
  system: null,
  domains: ["cspace.local", "cspace.localhost"],
  isSecure: false,
};
const proxy = { server: "proxy:3128", exceptions: ["localhost"] };
const findings = (change: Partial<BrowsersEvidence>): string[] =>
  judgeBrowsers({ ...evidence, ...change }).flatMap(({ id, status, message }) =>
    status === "ok" ? [] : [`${status} ${id}: ${message}`],
  );

test.each<[string, Partial<BrowsersEvidence>, string[]]>([
  ["nothing", {}, []],
  ["no browser", { browsers: [] }, []],
  [
    "a name that is asked by HTTPS alone",
    { browsers: [{ ...chrome, secured: ["local"] }] },
    ["warn browser-https: Chrome asks local by HTTPS alone: something that was served there told it to"],
  ],
  ["the same where HTTPS is served", { browsers: [{ ...chrome, secured: ["local"] }], isSecure: true }, []],
  [
    "a top-level domain of HTTPS alone",
    { domains: ["shop.dev"] },
    ["fail browser-https: browsers ask shop.dev by HTTPS alone: it is built into them"],
  ],
  ["the same where HTTPS is served", { domains: ["shop.dev"], isSecure: true }, []],
  [
    "a proxy",
    { browsers: [{ ...firefox, proxy }] },
    ["warn browser-proxy: Firefox sends names under cspace.local to the proxy proxy:3128"],
  ],
  [
    "the desktop's proxy",
    { system: proxy },
    ["warn browser-proxy: the desktop sends names under cspace.local to the proxy proxy:3128"],
  ],
  ["a proxy with an exception", { system: { ...proxy, exceptions: ["*.local"] } }, []],
  [
    "a DNS of its own, which Firefox does not ask for .local",
    {
      browsers: [
        { ...chrome, ownDns: true },
        { ...firefox, ownDns: true },
      ],
    },
    ["warn browser-dns: Chrome asks a DNS of its own alone, which knows nothing under cspace.local"],
  ],
  [
    "HTTP/3",
    { browsers: [{ ...chrome, quic: ["dev.mercury.shop.cspace.local"] }] },
    ["warn browser-quic: Chrome was told that dev.mercury.shop.cspace.local speaks HTTP/3, which nothing here does"],
  ],
])("%s", (_, change, expected) => {
  expect(findings(change)).toEqual(expected);
});
