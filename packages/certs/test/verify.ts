import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What OpenSSL says of a chain of a certificate and its root; `OK` or the reason against it. */
export function verifyWithOpenssl(
  root: string,
  certificate: string,
  {
    hostname,
    at,
    purpose = "sslserver",
  }: { readonly hostname?: string; readonly at?: Date; readonly purpose?: string } = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), "cspace-verify-"));
  try {
    writeFileSync(join(folder, "root.pem"), root);
    writeFileSync(join(folder, "leaf.pem"), certificate);
    const options = [
      ...(hostname === undefined ? [] : ["-verify_hostname", hostname]),
      ...(at === undefined ? [] : ["-attime", String(Math.floor(at.getTime() / 1000))]),
    ];
    execFileSync(
      "openssl",
      [
        "verify",
        "-x509_strict",
        "-purpose",
        purpose,
        ...options,
        "-CAfile",
        "root.pem",
        "-untrusted",
        "leaf.pem",
        "leaf.pem",
      ],
      { cwd: folder, stdio: "pipe", encoding: "utf8" },
    );
    return "OK";
  } catch (error) {
    const { stderr } = error as { stderr: string };
    return /lookup: (.*)/.exec(stderr)?.[1] ?? stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What OpenSSL prints of a certificate. */
export function printWithOpenssl(certificate: string): string {
  return execFileSync("openssl", ["x509", "-noout", "-text"], { input: certificate, encoding: "utf8" });
}

/** An authority that nothing constrains, as OpenSSL makes one. */
export function makeUnconstrained(): { certificate: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), "cspace-verify-"));
  try {
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const files = ["-keyout", "key.pem", "-out", "root.pem"];
    execFileSync("openssl", ["req", "-x509", ...curve, ...files, "-subj", "/CN=any"], { cwd: folder, stdio: "pipe" });
    const read = (name: string): string => readFileSync(join(folder, name), "utf8");
    return { certificate: read("root.pem"), key: read("key.pem") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
