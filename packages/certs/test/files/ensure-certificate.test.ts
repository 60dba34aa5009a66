import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import {
  type CertificateFolder,
  certificateFolder,
  type EnsureCertificateOptions,
  type EnsuredCertificate,
  ensureAuthority,
  ensureCertificate,
  ensureInstanceCertificates,
  type InstanceCertificates,
  type RenewCertificatesOptions,
  readRetiredRoots,
  readRoot,
  removeCertificate,
  renewCertificates,
} from "@cspace/certs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { verifyWithOpenssl } from "../verify.ts";

const domains = ["cspace.local", "cspace.localhost"];
const hostnames = domains.map((domain) => `*.mercury.shop.${domain}`);
const name = "shop--mercury";
const now = new Date("2026-03-01T12:00:00Z");
const day = 86_400_000;
const later = (days: number): Date => new Date(now.getTime() + days * day);

let folder: CertificateFolder;
const ensure = (options: Partial<Parameters<typeof ensureCertificate>[1]> = {}): Promise<EnsuredCertificate> =>
  ensureCertificate(folder, { name, hostnames, domains, now, ...options });
const verdict = (path: string, at = now): string =>
  verifyWithOpenssl(readFileSync(folder.root, "utf8"), readFileSync(path, "utf8"), {
    hostname: "dev.mercury.shop.cspace.local",
    at,
  });

beforeEach(() => {
  folder = certificateFolder(join(mkdtempSync(join(tmpdir(), "cspace-certs-")), "certs"));
});
afterEach(() => rmSync(join(folder.path, ".."), { recursive: true }));

test("a first certificate brings its authority along; keys are for their user alone", async () => {
  const { path, changed, replaced } = await ensure();
  expect({ changed, replaced }).toEqual({ changed: true, replaced: null });
  expect(verdict(path)).toBe("OK");
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  expect([folder.path, folder.served, folder.authority, path].map(modeOf)).toEqual(["700", "700", "600", "600"]);
  expect(readFileSync(folder.root, "utf8")).not.toContain("KEY");
  expect(readdirSync(folder.path).sort()).toEqual(["authority.pem", "root.pem", "served"]);
});

test("a certificate that is good is left alone, and the key that signs is not looked at", async () => {
  const { path } = await ensure();
  const before = readFileSync(path, "utf8");
  writeFileSync(folder.authority, "not to be read");
  expect(await ensure({ now: later(59) })).toMatchObject({ path, changed: false, replaced: null });
  expect(readFileSync(path, "utf8")).toBe(before);
});

test.each<[string, Date, Partial<EnsureCertificateOptions>]>([
  ["a third of its time is left", now, { now: later(60) }],
  ["it has ended", now, { now: later(200) }],
  ["the clock was ahead when it was made", later(1), {}],
  ["it is to be for further names", now, { hostnames: [...hostnames, "mercury.shop.cspace.local"] }],
])("a certificate is made anew when %s", async (_, made, options) => {
  await ensureAuthority(folder, { domains, now });
  const root = readFileSync(folder.root, "utf8");
  const { path } = await ensure({ now: made });
  expect(await ensure(options)).toMatchObject({ path, changed: true, replaced: null });
  expect(readFileSync(folder.root, "utf8")).toBe(root);
  expect(verdict(path, options.now)).toBe("OK");
});

test("other domains make another root, which is said, and the old one is kept without its key", async () => {
  await ensure();
  const old = await readRoot(folder);
  const oldKey = /-----BEGIN PRIVATE KEY-----[\s\S]*/.exec(readFileSync(folder.authority, "utf8"))?.[0] ?? "";
  const more = [...domains, "dev.example.com"];
  const { path, replaced } = await ensure({
    domains: more,
    hostnames: [...hostnames, "*.mercury.shop.dev.example.com"],
  });
  expect(replaced).toBe(
    "it could sign for cspace.local, cspace.localhost, and this machine serves cspace.local, cspace.localhost, dev.example.com",
  );
  expect(verdict(path)).toBe("OK");
  const [retired, ...rest] = await readRetiredRoots(folder);
  expect(rest).toEqual([]);
  expect(retired).toEqual({ ...old, path: join(folder.retired, `${old?.fingerprint}.pem`) });
  for (const file of readdirSync(folder.path, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name), "utf8")).not.toContain(oldKey);
  }
});

test("domains in another order are the same root", async () => {
  await ensure();
  expect(await ensureAuthority(folder, { domains: [...domains].reverse(), now })).toMatchObject({ replaced: null });
});

test.each([
  ["that is about to end", later(3600), "it ends on 2036-02-29"],
  ["made while the clock was ahead", new Date("2025-03-01"), "it is not valid before 2026-03-01T11:00:00.000Z"],
])("a root %s is replaced, and that is said", async (_, then, why) => {
  await ensure();
  const { path, replaced } = await ensure({ now: then });
  expect(replaced).toBe(why);
  expect(verdict(path, then)).toBe("OK");
});

test("a clock that is a year ahead for a while costs a certificate and no root", async () => {
  await ensure();
  const root = readFileSync(folder.root, "utf8");
  expect(await ensure({ now: later(365) })).toMatchObject({ changed: true, replaced: null });
  const { path, ...back } = await ensure();
  expect(back).toMatchObject({ changed: true, replaced: null });
  expect(readFileSync(folder.root, "utf8")).toBe(root);
  expect(verdict(path)).toBe("OK");
});

test("a root whose key was removed is replaced when something is to be signed, and that is said", async () => {
  await ensure();
  rmSync(folder.authority);
  expect(await ensure()).toMatchObject({ changed: false });
  const { path, replaced } = await ensure({ name: "shop--venus" });
  expect(replaced).toBe(`${folder.authority} was gone`);
  expect(verdict(path)).toBe("OK");
  // What the old root signed is of no use any more.
  expect(await ensure()).toMatchObject({ changed: true, replaced: null });
  expect(await readRetiredRoots(folder)).toHaveLength(1);
});

test("a root's key that others may read is an error that names it, and two ways out", async () => {
  await ensure();
  chmodSync(folder.authority, 0o640);
  await expect(ensure({ name: "shop--venus" })).rejects.toMatchObject({
    code: "CSPACE_AUTHORITY_INVALID",
    message: `${folder.authority} holds the key that signs, and others may read it`,
    hint: expect.stringMatching(/chmod 600 .*rm /),
  });
  chmodSync(folder.authority, 0o600);
  await ensure({ name: "shop--venus" });
});

test("a certificate's key that others may read is replaced", async () => {
  const { path } = await ensure();
  chmodSync(path, 0o644);
  expect(await ensure()).toMatchObject({ changed: true });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each([
  ["half of it", (text: string) => text.slice(0, 900)],
  ["nothing in it", () => ""],
  ["another's text", () => "hello"],
  ["a broken certificate", (text: string) => text.replace(/^(.*\n.*\n)M?.{10}/, "$1AAAAAAAAAA")],
])("an authority's file with %s is an error that names it, and stays", async (_, damage) => {
  await ensure();
  const text = damage(readFileSync(folder.authority, "utf8"));
  writeFileSync(folder.authority, text);
  await expect(ensure({ name: "shop--venus" })).rejects.toMatchObject({
    code: "CSPACE_AUTHORITY_INVALID",
    message: expect.stringContaining(folder.authority),
  });
  expect(readFileSync(folder.authority, "utf8")).toBe(text);
});

test("a served file that is foreign is an error that names it, and stays", async () => {
  const { path } = await ensure();
  writeFileSync(path, "mine", { mode: 0o600 });
  await expect(ensure()).rejects.toMatchObject({
    code: "CSPACE_CERTIFICATE_INVALID",
    hint: expect.stringContaining(path),
  });
  expect(readFileSync(path, "utf8")).toBe("mine");
});

test("a root's file that is foreign is an error that names it", async () => {
  await ensure();
  writeFileSync(folder.root, "mine");
  await expect(readRoot(folder)).rejects.toMatchObject({
    code: "CSPACE_AUTHORITY_INVALID",
    message: `${folder.root} is no certificate`,
  });
});

test("a root's own file that was lost comes back with the next certificate, and is the same", async () => {
  await ensure();
  const before = await readRoot(folder);
  rmSync(folder.root);
  expect(await ensure()).toMatchObject({ replaced: null });
  expect(await readRoot(folder)).toEqual(before);
});

test("many at once make one root and one certificate of each name", async () => {
  const names = [name, name, name, "shop--venus", "shop--earth", "shop--earth"];
  const made = await Promise.all(names.map((name) => ensure({ name })));
  expect(made.filter(({ changed }) => changed)).toHaveLength(3);
  expect(await readRetiredRoots(folder)).toEqual([]);
  for (const { path } of made) expect(verdict(path)).toBe("OK");
});

test("all that are about to end are made anew, and those of a root that is gone, for names that are still served", async () => {
  await ensure();
  await ensure({ name: "shop--venus", hostnames: ["*.venus.shop.cspace.local"], now: later(40) });
  writeFileSync(join(folder.served, "foreign.pem"), "mine");
  const renew = async (options: Partial<RenewCertificatesOptions>): Promise<[string, string][]> =>
    (await renewCertificates(folder, { domains, now, ...options })).map(({ path, hostnames }) => [
      basename(path),
      hostnames.join(),
    ]);
  expect(await renew({ now: later(50) })).toEqual([]);
  expect(await renew({ now: later(65) })).toEqual([["shop--mercury.pem", hostnames.join()]]);
  expect(await renew({ now: later(65), domains: ["cspace.localhost"], except: ["shop--venus"] })).toEqual([
    ["shop--mercury.pem", "*.mercury.shop.cspace.localhost"],
  ]);
  expect(readFileSync(join(folder.served, "foreign.pem"), "utf8")).toBe("mine");
  // What is for names of a domain that is served no more, is made for nobody.
  const before = readFileSync(join(folder.served, "shop--venus.pem"), "utf8");
  expect((await renew({ now: later(200), domains: ["cspace.localhost"] })).map(([file]) => file)).toEqual([
    "shop--mercury.pem",
  ]);
  expect(readFileSync(join(folder.served, "shop--venus.pem"), "utf8")).toBe(before);
});

test("instances have one each, and where they bring a new root, the one for no name is of that too", async () => {
  const instances = [{ instance: "mercury", project: "shop" }];
  const ensureAll = (domains: readonly string[]): Promise<InstanceCertificates> =>
    ensureInstanceCertificates(folder, { instances, domains, now });
  expect(await ensureAll(domains)).toMatchObject({ changed: true, replaced: null, own: [{ hostnames }] });
  expect(await ensureAll(domains)).toMatchObject({ changed: false });
  const { fallback, replaced } = await ensureAll(["cspace.local"]);
  expect(replaced).not.toBeNull();
  const root = readFileSync(folder.root, "utf8");
  expect(verifyWithOpenssl(root, fallback.certificate, { at: now })).toBe("OK");
});

test("a certificate can be forgotten", async () => {
  const { path } = await ensure();
  expect(await removeCertificate(folder, name)).toBe(true);
  expect(await removeCertificate(folder, name)).toBe(false);
  expect(() => readFileSync(path)).toThrow();
});

test("what is no name of a file is refused", async () => {
  await expect(ensure({ name: "../authority" })).rejects.toMatchObject({ code: "CSPACE_NAME_INVALID" });
});
