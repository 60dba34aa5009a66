import { CspaceError } from "@cspace/errors";
import ipaddr from "ipaddr.js";
import type { ComposeErrorCode } from "../errors.ts";

/** A pool of IPv4 addresses that subnets are taken from. */
export interface NetworkPool {
  readonly cidr: string;
  readonly prefix: number;
}

/** The size of a network that says nothing of its own. */
export const subnetPrefix = 26;

/**
 * Parses the pool that cspace takes its subnets from.
 *
 * @throws {CspaceError} `CSPACE_NETWORK_POOL_INVALID` when it is no IPv4 network that holds at least one /26.
 * @example
 * ```ts
 * parsePool("10.213.0.0/16"); //=> { cidr: "10.213.0.0/16", prefix: 16 }
 * ```
 */
export function parsePool(text: string): NetworkPool {
  const valid = ipaddr.IPv4.isValidCIDR(text);
  const prefix = Number(text.split("/")[1]);
  if (!valid || prefix > subnetPrefix || prefix < 8) {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_NETWORK_POOL_INVALID",
      `${JSON.stringify(text)} is no pool of networks: an IPv4 network from /8 to /${subnetPrefix} is needed`,
      { hint: 'write for example "networkPool": "10.213.0.0/16"' },
    );
  }
  return { cidr: `${ipaddr.IPv4.networkAddressFromCIDR(text)}/${prefix}`, prefix };
}

/**
 * Gives the free networks of a pool in order, by default of /26: those that overlap none of `taken`. Lazy, so a caller
 * takes as many as it needs.
 *
 * @example
 * ```ts
 * const free = freeSubnets("10.213.0.0/16", ["10.213.0.0/26", "172.17.0.0/16"]);
 * free.next().value; //=> "10.213.0.64/26"
 * ```
 */
export function* freeSubnets(
  pool: string,
  taken: Iterable<string>,
  wanted: number = subnetPrefix,
): Generator<string, undefined> {
  const { cidr, prefix } = parsePool(pool);
  const start = toNumber(ipaddr.IPv4.networkAddressFromCIDR(cidr));
  const ranges = [...taken].flatMap(toRange);
  const size = 2 ** (32 - wanted);
  const end = start + 2 ** (32 - prefix);
  for (let first = start; first + size <= end; first += size) {
    const last = first + size - 1;
    if (ranges.some((range) => range.first <= last && first <= range.last)) continue;
    yield `${toAddress(first)}/${wanted}`;
  }
  return undefined;
}

/** Whether two IPv4 networks share an address; anything that is no IPv4 network overlaps nothing. */
export function overlaps(one: string, other: string): boolean {
  const [a] = toRange(one);
  const [b] = toRange(other);
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}

/** Whether one IPv4 network holds all addresses of another. */
export function covers(one: string, other: string): boolean {
  const [a] = toRange(one);
  const [b] = toRange(other);
  return a !== undefined && b !== undefined && a.first <= b.first && b.last <= a.last;
}

/** Whether an IPv4 network holds an address; anything that is no IPv4 address is in none. */
export function holds(subnet: string, address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) && covers(subnet, `${address}/32`);
}

/**
 * The address that the host has in a network: the one that was said, else the first one, which the engine takes.
 * `undefined` without a subnet. Pure.
 */
export function hostAddress({
  Subnet = "",
  Gateway,
}: {
  readonly Subnet?: string | undefined;
  readonly Gateway?: string | undefined;
}): string | undefined {
  if (Gateway !== undefined) return Gateway.split("/")[0];
  if (ipaddr.IPv4.isValidCIDR(Subnet)) return toAddress(toNumber(ipaddr.IPv4.networkAddressFromCIDR(Subnet)) + 1);
  if (!ipaddr.IPv6.isValidCIDR(Subnet)) return undefined;
  const { parts } = ipaddr.IPv6.networkAddressFromCIDR(Subnet);
  return new ipaddr.IPv6([...parts.slice(0, 7), (parts[7] ?? 0) + 1]).toString();
}

/** How far an address is from the first one of a network. */
export function hostPart(subnet: string, address: string): number {
  return toNumber(ipaddr.IPv4.parse(address)) - toNumber(ipaddr.IPv4.networkAddressFromCIDR(subnet));
}

/** The address that has in one network the place that `address` has in another. */
export function moveAddress(address: string, from: string, to: string): string {
  return toAddress(toNumber(ipaddr.IPv4.networkAddressFromCIDR(to)) + hostPart(from, address));
}

function toRange(cidr: string): { first: number; last: number }[] {
  if (!ipaddr.IPv4.isValidCIDR(cidr)) return [];
  const first = toNumber(ipaddr.IPv4.networkAddressFromCIDR(cidr));
  return [{ first, last: first + 2 ** (32 - Number(cidr.split("/")[1])) - 1 }];
}

function toNumber(address: ipaddr.IPv4): number {
  return address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
