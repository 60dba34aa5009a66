import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate that is its own root, made by OpenSSL. */
export function selfSigned(...hostnames: string[]): { certificate: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), "cspace-cert-"));
  try {
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
    const names = hostnames.map((name) => `DNS:${name}`).join(",");
    const more = names === "" ? [] : ["-addext", `subjectAltName=${names}`];
    execFileSync("openssl", ["req", "-x509", ...curve, ...files, "-subj", "/O=cspace tests", ...more], {
      stdio: "pipe",
    });
    const read = (name: string): string => readFileSync(join(folder, name), "utf8");
    return { certificate: read("cert.pem"), key: read("key.pem") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
