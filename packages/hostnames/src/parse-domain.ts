import { domainToASCII } from "node:url";
import { CspaceError } from "@cspace/errors";
import type { HostnamesErrorCode } from "./hostnames-error-code.ts";
import { quoteText } from "./quote-text.ts";

declare const brand: unique symbol;

/** A suffix that this machine serves: lower-case ASCII, two labels or more, no trailing dot. */
export type Domain = string & { readonly [brand]: "Domain" };

const longestLabel = 63;
// 253 characters for a whole name, less the shortest route before it, `a.b.c.`.
const longestDomain = 247;

const singleLabelReasons: Readonly<Record<string, string>> = {
  local: "the whole of .local belongs to multicast DNS (RFC 6762), and a rule for it would break that",
  localhost: "every name under .localhost means this machine to everyone (RFC 6761), so it is no name of its own",
  test: "the whole of .test would be taken from every other tool that uses it",
};

/**
 * The text as a {@link Domain}, in lower case.
 *
 * Labels follow RFC 1123, section 2.1; every URL parser takes the names under the domain (WHATWG URL, host parsing).
 *
 * @throws CspaceError `CSPACE_DOMAIN_INVALID` with the reason: one label only, a trailing dot, characters other than
 * ASCII letters, digits, dashes and dots, a label that is empty, over 63 characters or has a dash at an end, a number as
 * the last label, bad Punycode, more than 247 characters.
 *
 * @example
 * ```ts
 * parseDomain("Cspace.Local"); //=> "cspace.local"
 * ```
 */
export function parseDomain(text: string): Domain {
  const reason = reasonAgainst(text);
  if (reason === undefined) return text.toLowerCase() as Domain;
  throw new CspaceError<HostnamesErrorCode>(
    "CSPACE_DOMAIN_INVALID",
    `the domain ${quoteText(text)} cannot be served: ${reason}`,
    { hint: "use two labels or more, such as cspace.local" },
  );
}

function reasonAgainst(text: string): string | undefined {
  if (text === "") return "it is empty";
  // Before lowering: the Kelvin sign, not ASCII, would become a `k`.
  if (!/^[A-Za-z0-9.-]+$/.test(text)) return "only ASCII letters, digits, dashes and dots may occur in it";
  if (text.length > longestDomain) return `it is longer than ${longestDomain} characters, so no route fits before it`;
  if (text.endsWith(".")) return "it ends with a dot";
  const domain = text.toLowerCase();
  const labels = domain.split(".");
  for (const label of labels) {
    const flaw = flawOfLabel(label);
    if (flaw !== undefined) return flaw;
  }
  if (labels.length === 1) return reasonAgainstSingle(domain);
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) return "its last label is a number, which makes it an address";
  if (domainToASCII(domain) !== domain) return 'a label that begins with "xn--" is not valid Punycode';
  return undefined;
}

function flawOfLabel(label: string): string | undefined {
  if (label === "") return "a label of it is empty";
  if (label.length > longestLabel) return `the label ${quoteText(label)} is longer than ${longestLabel} characters`;
  if (label.startsWith("-") || label.endsWith("-")) return `the label "${label}" begins or ends with a dash`;
  return undefined;
}

function reasonAgainstSingle(domain: string): string {
  const known = Object.hasOwn(singleLabelReasons, domain) ? singleLabelReasons[domain] : undefined;
  return known ?? `the whole of .${domain} would be sent to this machine`;
}
