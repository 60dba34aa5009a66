import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificateFolder, ensureAuthority } from "@cspace/certs";
import { type HomePaths, homePaths } from "@cspace/compose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readHostTrust } from "../../src/https/read-host-trust.ts";

const domains = ["cspace.test"];
const others = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
let home: string;
let paths: HomePaths;
let root: string;
let theirs: string;
const read = (env: NodeJS.ProcessEnv = {}, options: { trusts?: boolean; domains?: string[] } = {}) =>
  readHostTrust({ env, platform: "linux" }, { paths, trusts: true, protocol: "http", ...options });

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "cspace-home-"));
  paths = homePaths({ env: { CSPACE_HOME: join(home, "cspace") } });
  ({ root } = certificateFolder(paths.certs));
  theirs = join(home, "theirs.pem");
  writeFileSync(theirs, others);
});
afterEach(() => rmSync(home, { recursive: true }));

test("Node is given the root, which is made only where that is wanted", async () => {
  expect(await read()).toEqual({});
  expect(await read({}, { trusts: false, domains })).toEqual({});
  expect(await read({}, { domains })).toEqual({ NODE_EXTRA_CA_CERTS: root });
  expect(await read()).toEqual({ NODE_EXTRA_CA_CERTS: root });
});

test("a file that the environment names goes on being trusted, with ours beside it, and again with that", async () => {
  await ensureAuthority(certificateFolder(paths.certs), { domains });
  const { NODE_EXTRA_CA_CERTS: joined = "" } = await read({ NODE_EXTRA_CA_CERTS: theirs });
  expect(readFileSync(joined, "utf8")).toBe(`${others}${readFileSync(root, "utf8")}`);
  for (const file of [joined, root]) {
    expect(await read({ NODE_EXTRA_CA_CERTS: file })).toEqual({ NODE_EXTRA_CA_CERTS: file });
  }
  expect(await read({ NODE_EXTRA_CA_CERTS: "/nowhere.pem" })).toEqual({ NODE_EXTRA_CA_CERTS: root });
});

test("where nothing can be written, theirs are not lost", async () => {
  await ensureAuthority(certificateFolder(paths.certs), { domains });
  writeFileSync(join(paths.certs, "bundles"), "in the way");
  expect(await read({ NODE_EXTRA_CA_CERTS: theirs })).toEqual({ NODE_EXTRA_CA_CERTS: theirs });
});
