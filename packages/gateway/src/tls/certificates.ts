import { createSecureContext, type SecureContext } from "node:tls";
import { CspaceError } from "@cspace/errors";
import type { GatewayErrorCode } from "../gateway-error-code.ts";

/** A certificate that the gateway shows to clients who ask for one of its names. */
export interface GatewayCertificate {
  /**
   * The names, of which one may begin with `*.` for all that have one label more (RFC 9525, section 6.3). None: for clients
   * who ask for a name that no other certificate is for, or for no name.
   */
  readonly hostnames: readonly string[];
  /** PEM, with those that it leads to its root by behind it, where there are any. */
  readonly certificate: string;
  /** PEM; a secret. */
  readonly key: string;
}

interface Shown {
  readonly given: GatewayCertificate;
  readonly context: SecureContext;
}

/** Which certificate is shown for which name. Connections keep what they began with. */
export class Certificates {
  #byName = new Map<string, Shown>();
  #fallback: Shown | undefined;

  /**
   * Shows these from now on, and no others.
   *
   * @throws {CspaceError} `CSPACE_CERTIFICATE_REFUSED` for one that is no certificate, or whose key is another's; then all
   * stays as it was.
   */
  replace(certificates: readonly GatewayCertificate[]): void {
    const byName = new Map<string, Shown>();
    let fallback: Shown | undefined;
    const before = new Map([...this.#byName.values(), this.#fallback].map((one) => [one?.given.certificate, one]));
    for (const given of certificates) {
      const known = before.get(given.certificate);
      // One that stays keeps its context, by which clients resume their sessions.
      const shown =
        known?.given.key === given.key ? { given, context: known.context } : { given, context: contextOf(given) };
      if (given.hostnames.length === 0) fallback = shown;
      for (const hostname of given.hostnames) byName.set(hostname.toLowerCase(), shown);
    }
    this.#byName = byName;
    this.#fallback = fallback;
  }

  /** What is shown to a client who asks for no name, or for one that no other is for. */
  get fallback(): GatewayCertificate | undefined {
    return this.#fallback?.given;
  }

  /** What is shown to a client who asks for a name; `undefined` where there is nothing to show. */
  contextFor(name: string): SecureContext | undefined {
    const asked = name.toLowerCase().replace(/\.$/, "");
    const above = asked.slice(asked.indexOf(".") + 1);
    const shown = this.#byName.get(asked) ?? this.#byName.get(`*.${above}`) ?? this.#fallback;
    return shown?.context;
  }
}

function contextOf({ hostnames, certificate, key }: GatewayCertificate): SecureContext {
  try {
    return createSecureContext({ cert: certificate, key });
  } catch (cause) {
    const whose = hostnames[0] ?? "no name";
    const message = `the certificate for ${whose} cannot be used: ${(cause as Error).message}`;
    throw new CspaceError<GatewayErrorCode>("CSPACE_CERTIFICATE_REFUSED", message, {
      hint: "give a certificate and its own key, both as PEM",
      cause,
    });
  }
}
