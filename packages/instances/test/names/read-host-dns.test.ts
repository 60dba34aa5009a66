import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { homePaths } from "@cspace/compose";
import { expect, onTestFinished, test } from "vitest";
import { type ReadHostDnsOptions, readHostDns } from "../../src/names/read-host-dns.ts";

/** The files in which macOS would keep rules that cspace looks for, on a machine that serves `dev.test`. */
async function filesOf(options: ReadHostDnsOptions): Promise<string[]> {
  const home = mkdtempSync(join(tmpdir(), "cspace-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  writeFileSync(join(home, "config.json"), '{ "domains": ["dev.test"] }\n');
  const paths = homePaths({ env: { CSPACE_HOME: home } });
  const host = { paths, machine: undefined, noEngine: null };
  const { states } = await readHostDns(host, { platform: "darwin", env: { CSPACE_HOME: home }, ...options });
  return states.flatMap(({ places }) => places.flatMap(({ files }) => files.map(({ path }) => path)));
}

test("rules are looked for under what is served, what will be, what was, and the defaults", async () => {
  expect(await filesOf({})).toEqual([
    "/etc/resolver/dev.test",
    "/etc/resolver/cspace.local",
    "/etc/resolver/cspace.localhost",
  ]);
  expect(await filesOf({ domains: ["new.test"], former: ["old.test"] })).toEqual(
    ["new.test", "dev.test", "old.test", "cspace.local", "cspace.localhost"].map((domain) => `/etc/resolver/${domain}`),
  );
});
