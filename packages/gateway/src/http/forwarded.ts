import { isIP } from "node:net";

/** What the gateway knows of a request beside its head. */
export interface RequestOrigin {
  /** The address of who asks, as the gateway sees it. */
  readonly clientAddress: string;
  /** The port that was asked, where the authority names none. */
  readonly port: number;
  /** By which protocol. */
  readonly scheme: "http" | "https";
  /** The name of this gateway in `Via`. */
  readonly gatewayName: string;
  /** Keep what an earlier proxy says of the request in `X-Forwarded-*`, instead of dropping it. */
  readonly trustForwarded: boolean;
}

/** What an earlier proxy that is trusted says of a request, by the fields that it says it in. */
export type Before = Readonly<Record<string, string>>;
export const noProxy: Before = {};

/**
 * The fields in which an earlier proxy is believed. `Forwarded` is none of them: proxies that write `X-Forwarded-*` pass
 * on the `Forwarded` of a client as it came, Traefik among them, so it is the client's word.
 */
export const believedKeys: ReadonlySet<string> = new Set([
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
]);

/** The field lines that say to a service who asked, and for what: `X-Forwarded-*`, and `Forwarded` (RFC 7239). */
export function forwardedFields(authority: string, origin: RequestOrigin, before: Before): string {
  const { clientAddress } = origin;
  const proto = before["x-forwarded-proto"] ?? origin.scheme;
  const host = before["x-forwarded-host"] ?? authority;
  const port = before["x-forwarded-port"] ?? (/:(\d+)$/.exec(authority)?.[1] || String(origin.port));
  const clients = joined(before["x-forwarded-for"], clientAddress);
  const hop = `for=${quoted(clientAddress)};host="${authority}";proto=${origin.scheme}`;
  const element = before === noProxy ? hop : joined(elementsOf(before), hop);
  return (
    `X-Forwarded-For: ${clients}\r\nX-Forwarded-Host: ${host}\r\nX-Forwarded-Port: ${port}\r\n` +
    `X-Forwarded-Proto: ${proto}\r\nForwarded: ${element}\r\n`
  );
}

/** A member behind those that a list has already. */
export function joined(list: string | undefined, member: string): string {
  return list === undefined ? member : `${list}, ${member}`;
}

/** What `X-Forwarded-*` says, as elements of `Forwarded`: the host and the protocol are those that the first client asked. */
function elementsOf(before: Before): string | undefined {
  const nodes = (before["x-forwarded-for"] ?? "").split(",").map((member) => nodeOf(member.trim()));
  const host = hostForm.exec(before["x-forwarded-host"] ?? "")?.[0];
  const proto = protoForm.exec(before["x-forwarded-proto"] ?? "")?.[0];
  if (before["x-forwarded-for"] === undefined && host === undefined && proto === undefined) return undefined;
  const first = [nodes[0], host === undefined ? [] : `host="${host}"`, proto === undefined ? [] : `proto=${proto}`];
  return [`for=${first.flat().join(";")}`, ...nodes.slice(1).map((node) => `for=${node}`)].join(", ");
}

/** What stands between quotes as it is, and ends no element. */
const hostForm = /^[A-Za-z0-9._~:[\]-]+$/;
const protoForm = /^[A-Za-z][A-Za-z0-9+.-]*$/;

/** What may be an address, as a node (RFC 7239, 6); what is none is `unknown`. */
function nodeOf(text: string): string {
  return isIP(text) === 0 ? "unknown" : quoted(text);
}

/** An address as a node. */
function quoted(address: string): string {
  return address.includes(":") ? `"[${address}]"` : address;
}
