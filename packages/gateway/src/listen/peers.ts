import { BlockList, isIP, isIPv6 } from "node:net";
import { CspaceError } from "@cspace/errors";
import type { GatewayErrorCode } from "../gateway-error-code.ts";

/** Whether somebody at this address may speak to the gateway. */
export type Admits = (address: string) => boolean;

/** Admits this machine alone: 127.0.0.0/8 (RFC 1122, 3.2.1.3) and ::1 (RFC 4291, 2.5.3). */
export const admitsLoopback: Admits = admitsSubnets(["127.0.0.0/8", "::1/128"]);

/**
 * Admits the addresses of these subnets and no others.
 *
 * @throws {CspaceError} `CSPACE_PEERS_INVALID` for what is no subnet, such as `10.213.0.0/26`.
 */
export function admitsSubnets(subnets: readonly string[]): Admits {
  const allowed = new BlockList();
  for (const subnet of subnets) {
    const [address = "", prefix = "", ...rest] = subnet.split("/");
    const width = isIP(address) === 4 ? 32 : 128;
    if (isIP(address) === 0 || rest.length > 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > width) {
      const hint = "write the peers' network as address and length, such as 10.213.0.0/26";
      throw new CspaceError<GatewayErrorCode>("CSPACE_PEERS_INVALID", `"${subnet}" is no subnet`, { hint });
    }
    allowed.addSubnet(address, Number(prefix), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return (address) => isIP(address) !== 0 && allowed.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** An address as it is written alone: without the prefix that a socket for both families gives it, and without a zone. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
}
