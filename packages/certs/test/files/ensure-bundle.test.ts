import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Bundle,
  type CertificateFolder,
  certificateFolder,
  describeBundle,
  ensureAuthority,
  ensureBundle,
  refreshBundles,
} from "@cspace/certs";
import { afterEach, beforeEach, expect, test } from "vitest";

const others = "# Acme Root\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
let folder: CertificateFolder;
const ensure = async (text: string | null): Promise<Bundle> => {
  const made = await ensureBundle(folder, text);
  if (made === undefined) throw new Error("there is no root");
  return made;
};
const read = (path: string | null): string => readFileSync(path ?? "", "utf8");
const rotate = async (): Promise<void> => {
  rmSync(folder.authority);
  await ensureAuthority(folder, { domains: ["cspace.test"] });
};

beforeEach(async () => {
  folder = certificateFolder(join(mkdtempSync(join(tmpdir(), "cspace-certs-")), "certs"));
  await ensureAuthority(folder, { domains: ["cspace.test"] });
});
afterEach(() => rmSync(join(folder.path, ".."), { recursive: true }));

test("others' roots and ours are in one file, which everybody may read", async () => {
  const before = process.umask(0o077);
  const made = await ensure(others);
  process.umask(before);
  expect(read(made.root)).toBe(read(folder.root));
  expect(read(made.bundle)).toBe(`${others}${read(folder.root)}`);
  const modes = [made.path, made.root, made.bundle].map((path) => (statSync(path ?? "").mode & 0o777).toString(8));
  expect(modes).toEqual(["755", "644", "644"]);
});

test("a file without a newline in the end is joined as well", async () => {
  expect(read((await ensure(others.trimEnd())).bundle)).toBe(`${others}${read(folder.root)}`);
});

test("without others there is the root alone", async () => {
  const made = await ensure(null);
  expect(made.bundle).toBeNull();
  expect(readdirSync(made.path)).toEqual(["root.pem"]);
});

test("the same roots have the same folder, others another one, and each is found by its name", async () => {
  const made = await ensure(others);
  expect(await ensure(others)).toEqual(made);
  const different = await ensure(`${others}${others}`);
  expect(different.path).not.toBe(made.path);
  expect(readdirSync(folder.bundles).map((name) => describeBundle(folder, name))).toEqual(
    [made, different].sort((a, b) => (a.path < b.path ? -1 : 1)),
  );
});

test("a new root is in every folder once they are refreshed; one that is half made is left to who wants it", async () => {
  const [whole, bare] = [await ensure(others), await ensure(null)];
  const half = join(folder.bundles, "half");
  mkdirSync(half);
  const old = read(folder.root);
  await rotate();
  expect(read(folder.root)).not.toBe(old);
  await refreshBundles(folder);
  expect(read(bare.root)).toBe(read(folder.root));
  expect(read(whole.bundle)).toBe(`${others}${read(folder.root)}`);
  expect(readdirSync(half)).toEqual([]);
});

test("files that are right are not written again", async () => {
  const made = await ensure(others);
  const times = (): number[] => readdirSync(made.path).map((name) => statSync(join(made.path, name)).mtimeMs);
  const before = times();
  await ensure(others);
  await refreshBundles(folder);
  expect(times()).toEqual(before);
  writeFileSync(made.bundle ?? "", "half");
  await ensure(others);
  expect(read(made.bundle)).toBe(`${others}${read(folder.root)}`);
});

test("while there is no root there is nothing", async () => {
  rmSync(folder.path, { recursive: true });
  expect(await ensureBundle(folder, others)).toBeUndefined();
  await refreshBundles(folder);
});
