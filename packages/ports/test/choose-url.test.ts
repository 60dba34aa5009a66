import { readFileSync } from "node:fs";
import { chooseUrl, type ProxyEvidence, type UrlEvidence } from "@cspace/ports";
import { describe, expect, test } from "vitest";

// The tables of the README: columns of evidence, then what follows from it; the first row that matches decides.
const nameTable = [
  ["resolves", "domain", "reader", "platform", "can the reader resolve it?"],
  ["loopback", "any", "any", "any", "yes"],
  ["other, none, unknown, timeout", "*.localhost", "browser", "not darwin", "yes"],
  ["other, none, unknown, timeout", "any", "any", "any", "no"],
];
const urlTable = [
  ["proxy", "a name the reader can resolve", "localUrl", "url", "via"],
  ["claimed", "yes", "any", "first such hostname", "proxy"],
  ["any", "any", "a URL", "localUrl", "port"],
  ["any", "any", "null, unknown", "null", "none"],
];
const secureTable = [
  ["over HTTPS", "the reader trusts what it shows", "protocol"],
  ["claimed", "yes", "https"],
  ["claimed", "no", "http"],
  ["not claimed", "any", "http"],
];
const healthTable = [
  ["checked", "via", "proxy", "localUp", "starting", "health"],
  ["starting", "any", "any", "any", "any", "starting"],
  ["unhealthy", "any", "any", "any", "any", "down"],
  ["any", "proxy", "claimed: 502 to 504 or not known", "any", "true", "starting"],
  ["any", "proxy", "claimed: 502 to 504 or not known", "any", "false", "down"],
  ["any", "any", "claimed: 500", "false", "true", "starting"],
  ["any", "any", "claimed: 500", "false", "false", "down"],
  ["any", "proxy", "claimed: other status, claimed: 500", "any", "any", "up"],
  ["any", "port", "any", "true", "any", "up"],
  ["any", "port", "any", "false", "true", "starting"],
  ["any", "port", "any", "false", "false", "down"],
  ["any", "port, none", "claimed: other status, claimed: 500", "any", "any", "up"],
  ["any", "port, none", "any", "any", "true", "starting"],
  ["any", "port, none", "any", "any", "false", "down"],
];

function look(table: readonly string[][], ...facts: string[]): readonly string[] {
  const matches = (cell = "", fact = "") => cell === "any" || cell === fact || cell.split(", ").includes(fact);
  const row = table.slice(1).find((cells) => facts.every((fact, index) => matches(cells[index], fact)));
  return row?.slice(facts.length) ?? [];
}

test.each([
  { what: "names", table: nameTable },
  { what: "URLs", table: urlTable },
  { what: "protocols", table: secureTable },
  { what: "health", table: healthTable },
])("the README shows the table that is tested: $what", ({ table }) => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const cellsOf = (line: string) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const rows = readme.split("\n").map((line) => cellsOf(line).join("|"));
  const start = rows.indexOf(table[0]?.join("|") ?? "");
  expect(rows.slice(start + 2, start + 1 + table.length)).toEqual(table.slice(1).map((row) => row.join("|")));
  expect(rows[start + 1 + table.length]).toBe("");
});

const resolutions = ["loopback", "other", "none", "unknown", "timeout"] as const;
const name = (domain: string, resolves: (typeof resolutions)[number]) => ({
  domain,
  hostname: `dev.mercury.p.${domain}`,
  resolves,
});
const nameLists = [
  [],
  ...resolutions.map((one) => [name("cspace.local", one)]),
  ...resolutions.flatMap((one) =>
    resolutions.flatMap((two) => [
      [name("cspace.local", one), name("cspace.localhost", two)],
      [name("cspace.localhost", one), name("evil-localhost", two)],
    ]),
  ),
];
const proxies: ProxyEvidence[] = [
  ...[200, 302, 404, 500, 501, 502, 503, 504, 505].map((status) => ({ state: "claimed", status, port: 80 }) as const),
  { state: "claimed", status: 200, port: 8088 },
  { state: "claimed", status: null, port: 80 },
  { state: "unclaimed" },
  { state: "unreachable" },
  { state: "timeout" },
  { state: "stopped" },
];

const secures: UrlEvidence["secure"][] = [
  undefined,
  ...[443, 8443].flatMap((port) =>
    [true, false].flatMap((browser) =>
      [true, false].map((program) => ({ port, trusted: { browser, program } }) as const),
    ),
  ),
];

function* everyEvidence(): Generator<UrlEvidence> {
  for (const reader of ["browser", "program"] as const)
    for (const platform of ["linux", "darwin", "win32"] as const)
      for (const hostnames of nameLists)
        for (const proxy of proxies)
          for (const localUrl of ["http://localhost:49173", null, undefined])
            for (const localUp of [undefined, true, false])
              for (const starting of [undefined, true, false])
                for (const checked of [undefined, "starting", "unhealthy"] as const) {
                  const optional = {
                    ...(localUp === undefined ? {} : { localUp }),
                    ...(starting === undefined ? {} : { starting }),
                    ...(checked === undefined ? {} : { checked }),
                  };
                  yield { reader, platform, hostnames, proxy, localUrl, ...optional };
                }
}

function expected(evidence: UrlEvidence): { url: string | null; via: string; health: string } {
  const { reader, platform, hostnames, proxy, localUrl, localUp, starting = false, checked, secure } = evidence;
  const first = hostnames.find(({ domain, resolves }) => {
    const kind = domain.endsWith(".localhost") ? "*.localhost" : "another";
    return look(nameTable, resolves, kind, reader, platform === "darwin" ? "darwin" : "not darwin")[0] === "yes";
  });
  const [url = "", via = ""] = look(
    urlTable,
    proxy.state,
    first ? "yes" : "no",
    localUrl === null ? "null" : localUrl === undefined ? "unknown" : "a URL",
  );
  const isTrusted = secure?.trusted[reader] === true;
  const [protocol] = look(secureTable, secure === undefined ? "not claimed" : "claimed", isTrusted ? "yes" : "no");
  const at = protocol === "https" ? secure?.port : proxy.state === "claimed" ? proxy.port : 0;
  const port = at === (protocol === "https" ? 443 : 80) ? "" : `:${at}`;
  const urls: Record<string, string | null | undefined> = {
    "first such hostname": `${protocol}://${first?.hostname}${port}`,
    localUrl,
  };
  const bad = proxy.state === "claimed" && [502, 503, 504, null].includes(proxy.status);
  const status = bad
    ? "502 to 504 or not known"
    : proxy.state === "claimed" && proxy.status === 500
      ? "500"
      : "other status";
  const answer = proxy.state === "claimed" ? `claimed: ${status}` : proxy.state;
  const [health = ""] = look(healthTable, String(checked), via, answer, String(localUp), String(starting));
  return { url: urls[url] ?? null, via, health };
}

test("every combination of evidence gives what the tables say", () => {
  let count = 0;
  for (const evidence of everyEvidence()) {
    const { reason, ...chosen } = chooseUrl(evidence);
    expect.soft(chosen, JSON.stringify(evidence)).toEqual(expected(evidence));
    if ((reason === null) !== (chosen.via === "proxy")) expect.fail(`reason ${reason} of ${JSON.stringify(evidence)}`);
    count += 1;
  }
  expect(count).toBe(2 * 3 * 56 * 15 * 3 * 3 * 3 * 3);
});

test("HTTPS changes the protocol and the port of a hostname, and nothing else", () => {
  let count = 0;
  for (const evidence of everyEvidence()) {
    count += 1;
    // All of them with each kind would take long; each kind meets every other fact often enough.
    const secure = secures[count % secures.length];
    const { reason: _, ...chosen } = chooseUrl({ ...evidence, secure });
    expect.soft(chosen, JSON.stringify({ ...evidence, secure })).toEqual(expected({ ...evidence, secure }));
  }
});

describe("reasons", () => {
  const base = { reader: "program", platform: "linux", hostnames: [], localUrl: "http://localhost:1" } as const;
  const claimed = { state: "claimed", status: 200, port: 80 } as const;

  test.each([
    ["stopped", "the proxy is not running"],
    ["unreachable", "the proxy cannot be reached"],
    ["timeout", "the proxy did not answer in time"],
    ["unclaimed", "the proxy does not serve this route"],
  ] as const)("%s", (state, reason) => {
    expect(chooseUrl({ ...base, proxy: { state } }).reason).toBe(reason);
  });

  test("claimed, and no name resolves", () => {
    const hostnames = [
      name("cspace.local", "none"),
      name("cspace.localhost", "unknown"),
      name("a.test", "other"),
      name("b.test", "timeout"),
    ];
    expect(chooseUrl({ ...base, hostnames, proxy: claimed }).reason).toMatchInlineSnapshot(
      `"*.cspace.local does not resolve, *.cspace.localhost could not be looked up, *.a.test resolves to another machine, *.b.test was not looked up in time"`,
    );
    expect(chooseUrl({ ...base, proxy: claimed }).reason).toMatchInlineSnapshot(`"no domain is served"`);
  });

  test("no port either", () => {
    expect(chooseUrl({ ...base, localUrl: null, proxy: { state: "stopped" } }).reason).toMatchInlineSnapshot(
      `"the proxy is not running, and the route has no port on this machine"`,
    );
    expect(chooseUrl({ ...base, localUrl: undefined, proxy: { state: "timeout" } }).reason).toMatchInlineSnapshot(
      `"the proxy did not answer in time, and its port on this machine is not known"`,
    );
  });
});
