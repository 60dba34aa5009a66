import type * as Asn1 from "@peculiar/asn1-schema";
import type * as Asn1X509 from "@peculiar/asn1-x509";
import type * as X509 from "@peculiar/x509";

/** What certificates are made and taken apart with. */
export interface X509Library {
  readonly x509: typeof X509;
  readonly asn1: typeof Asn1;
  readonly asn1x509: typeof Asn1X509;
}

/** Loaded on first use: most commands find every certificate made. */
export async function loadX509(): Promise<X509Library> {
  // What the library's own dependency injection asks for.
  await import("reflect-metadata");
  const [x509, asn1, asn1x509] = await Promise.all([
    import("@peculiar/x509"),
    import("@peculiar/asn1-schema"),
    import("@peculiar/asn1-x509"),
  ]);
  return { x509, asn1, asn1x509 };
}
