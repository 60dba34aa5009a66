import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority, issueCertificate } from "@cspace/certs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** Each takes the anchor and a chain, and prints what its own library says of the chain; `ok`, or why not. */
const clients = {
  java: {
    files: {
      "Check.java": `import java.io.*; import java.security.*; import java.security.cert.*; import javax.net.ssl.*;
public class Check {
  public static void main(String[] args) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("anchor", factory.generateCertificate(new FileInputStream(args[0])));
    TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(store);
    X509Certificate[] chain = factory.generateCertificates(new FileInputStream(args[1])).toArray(new X509Certificate[0]);
    try {
      ((X509TrustManager) managers.getTrustManagers()[0]).checkServerTrusted(chain, "ECDHE_ECDSA");
      System.out.println("ok");
    } catch (CertificateException error) {
      System.out.println(error.getMessage());
    }
  }
}
`,
    },
    command: ["java", "Check.java"],
  },
  go: {
    files: {
      "check.go": `package main

import ("crypto/x509"; "encoding/pem"; "fmt"; "os")

func main() {
	anchors, between := x509.NewCertPool(), x509.NewCertPool()
	text, _ := os.ReadFile(os.Args[1])
	anchors.AppendCertsFromPEM(text)
	text, _ = os.ReadFile(os.Args[2])
	block, rest := pem.Decode(text)
	between.AppendCertsFromPEM(rest)
	leaf, _ := x509.ParseCertificate(block.Bytes)
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: anchors, Intermediates: between}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("ok")
}
`,
    },
    command: ["go", "run", "check.go"],
  },
} as const;

describe.each(Object.entries(clients))("%s", (name, { files, command: [program, ...args] }) => {
  const isHere = spawnSync(program, ["version"], { stdio: "ignore" }).error === undefined;
  let folder: string;
  const ask = (trusted: string, chain: string): string => {
    writeFileSync(join(folder, "anchor.pem"), trusted);
    writeFileSync(join(folder, "chain.pem"), chain);
    const env = { ...process.env, GOFLAGS: "-mod=mod", GO111MODULE: "off" };
    return execFileSync(program, [...args, "anchor.pem", "chain.pem"], { cwd: folder, encoding: "utf8", env }).trim();
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "cspace-client-"));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.skipIf(!isHere)(
    `takes what is inside of the domains, and nothing else that the same key signs (needs ${name})`,
    { timeout: 120_000 },
    async () => {
      const authority = await createAuthority({ domains: ["cspace.local"] });
      const other = await createAuthority({ domains: ["cspace.local"] });
      const hostnames = ["*.mercury.shop.cspace.local"];
      const inside = await issueCertificate(authority, { hostnames });
      const outside = await issueCertificate(
        { ...authority, domains: ["example.com"] },
        { hostnames: ["example.com"] },
      );
      const old = await issueCertificate(
        { ...authority, notBefore: new Date(0) },
        { hostnames, now: new Date("2025-01-01") },
      );
      expect(ask(authority.anchor, inside.certificate)).toBe("ok");
      expect(ask(authority.anchor, outside.certificate)).toMatch(
        /name constraints check failed|not authorized to sign/,
      );
      expect(ask(authority.anchor, old.certificate)).toMatch(/validity check failed|NotAfter|expired/);
      expect(ask(other.anchor, inside.certificate)).toMatch(
        /unable to find valid certification path|unknown authority/,
      );
    },
  );
});
