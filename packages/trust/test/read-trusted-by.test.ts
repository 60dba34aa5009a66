import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readTrustedBy, type TrustedBy } from "@cspace/trust";
import { expect, onTestFinished, test } from "vitest";

const der = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 7) % 256));
const lines = der.toString("base64").match(/.{1,64}/g) as string[];
const certificate = ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");

function machineWith(files: Readonly<Record<string, string | Buffer>>): () => Promise<TrustedBy> {
  const machine = mkdtempSync(join(tmpdir(), "cspace-trusted-"));
  onTestFinished(() => rmSync(machine, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(machine, path)), { recursive: true });
    writeFileSync(join(machine, path), content);
  }
  const root = { path: "/certs/root.pem", certificate };
  return () => readTrustedBy({ root, platform: "linux", home: join(machine, "home"), machine });
}

const debian = "etc/ssl/certs/ca-certificates.crt";
const database = "home/.pki/nssdb/cert9.db";

test.each<[string, Record<string, string | Buffer>, TrustedBy]>([
  ["nothing is there", {}, { browser: false, program: false }],
  ["it is in the bundle", { [debian]: `others\n${certificate}` }, { browser: false, program: true }],
  [
    "it is there with other line ends",
    { [debian]: certificate.replaceAll("\n", "\r\n") },
    { browser: false, program: true },
  ],
  ["it is in Fedora's", { "etc/pki/tls/certs/ca-bundle.crt": certificate }, { browser: false, program: true }],
  ["a part of it is", { [debian]: lines.slice(1).join("\n") }, { browser: false, program: false }],
  [
    "it is in the browsers' database",
    { [database]: Buffer.concat([Buffer.alloc(100, 7), der, Buffer.alloc(9)]) },
    { browser: true, program: false },
  ],
  ["the database has others", { [database]: Buffer.alloc(1000, 7) }, { browser: false, program: false }],
])("%s", async (_, files, trusted) => {
  expect(await machineWith(files)()).toEqual(trusted);
});

test("what is no certificate is trusted by nobody", async () => {
  const read = machineWith({ [debian]: "anything", [database]: "anything" });
  expect(await read()).toEqual({ browser: false, program: false });
  const root = { path: "/certs/root.pem", certificate: "" };
  expect(await readTrustedBy({ root, platform: "linux", home: "/nowhere" })).toEqual({
    browser: false,
    program: false,
  });
});
