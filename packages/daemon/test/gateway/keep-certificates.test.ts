import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type CertificateKeeper, keepCertificates } from "../../src/gateway/keep-certificates.ts";

const domains = ["cspace.local"];

function start(): { keeper: CertificateKeeper; path: string; shown: string[][] } {
  const path = join(mkdtempSync(join(tmpdir(), "cspace-keeper-")), "certs");
  onTestFinished(() => rmSync(join(path, ".."), { recursive: true }));
  const shown: string[][] = [];
  const show = (certificates: readonly { readonly hostnames: readonly string[] }[]): void =>
    void shown.push(certificates.map(({ hostnames }) => hostnames.join()));
  return { keeper: keepCertificates({ path, domains, show }), path, shown };
}

const route = (instance: string, label = "dev") => ({ label, instance, project: "shop", upstream: 1 });

test("there is a certificate for each instance that has a route, and one for no name", async () => {
  const { keeper, shown } = start();
  await keeper.want([route("mercury"), route("mercury", "api"), route("venus")]);
  expect(shown).toEqual([["", "*.mercury.shop.cspace.local", "*.venus.shop.cspace.local"]]);
  await keeper.want([route("mercury", "api"), route("venus")]);
  expect(shown).toHaveLength(1);
  void keeper.want([route("venus")]);
  void keeper.want([]);
  await keeper.settled();
  expect(shown).toHaveLength(1);
  void keeper.want([route("earth")]);
  await keeper.settled();
  expect(shown.at(-1)).toEqual(["", "*.earth.shop.cspace.local"]);
  expect(keeper.notes()).toEqual([]);
});

test("what keeps it from making one is told, and it tries again for the next", async () => {
  const { keeper, path, shown } = start();
  await keeper.want([route("mercury")]);
  writeFileSync(join(path, "served/shop--venus.pem"), "mine", { mode: 0o600 });
  await keeper.want([route("venus")]);
  expect(keeper.notes()).toEqual([
    expect.stringMatching(/^HTTPS does not serve, HTTP does: .*shop--venus\.pem is no certificate/),
  ]);
  expect(shown).toHaveLength(1);
  rmSync(join(path, "served/shop--venus.pem"));
  await keeper.want([route("venus"), route("earth")]);
  expect(keeper.notes()).toEqual([]);
  expect(shown.at(-1)).toEqual(["", "*.venus.shop.cspace.local", "*.earth.shop.cspace.local"]);
});
