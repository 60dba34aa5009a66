import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ReadHostRoutesOptions, readHostRoutes } from "../../src/networks/read-host-routes.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const address = { netmask: "255.255.255.192", mac: "00:00:00:00:00:00", internal: false };
/** Those of the machine come and go: engines make networks. */
const interfaces: NonNullable<ReadHostRoutesOptions["interfaces"]> = {
  eth0: [
    { ...address, family: "IPv4", address: "192.0.2.2", cidr: "192.0.2.2/24" },
    { ...address, family: "IPv6", address: "2001:db8::2", cidr: "2001:db8::2/64", scopeid: 0 },
  ],
  br0: [{ ...address, family: "IPv4", address: "10.213.0.1", cidr: "10.213.0.1/26" }],
  none: [{ ...address, family: "IPv4", address: "192.0.2.9", cidr: null }],
};
const own = ["192.0.2.2/24", "10.213.0.1/26"];

/** A routing table in the form of /proc/net/route: hexadecimal, the last byte of the address first. */
async function tableOf(...routes: readonly (readonly [destination: string, mask: string])[]): Promise<string> {
  const head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
  const lines = routes.map(
    ([destination, mask]) => `tun0\t${destination}\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0\n`,
  );
  const path = join(await temporaryDirectory(), "route");
  await writeFile(path, head + lines.join(""));
  return path;
}

test("a VPN's networks are read from the table, the default route is not", async () => {
  const routeFile = await tableOf(
    ["00000000", "00000000"],
    ["0000D50A", "0000FFFF"],
    ["0100D50A", "FFFFFFFF"],
    ["00E0A8C0", "00F0FFFF"],
  );
  const routes = await readHostRoutes({ routeFile, interfaces });
  expect(routes).toEqual([...own, "10.213.0.0/16", "10.213.0.1/32", "192.168.224.0/20"]);
});

test("the halves that a VPN lays over the default route are no networks of anybody's", async () => {
  const routeFile = await tableOf(["00000000", "00000080"], ["00000080", "00000080"], ["0000000A", "000000FF"]);
  const routes = await readHostRoutes({ routeFile, interfaces });
  expect(routes).toEqual([...own, "10.0.0.0/8"]);
});

test("the interfaces' own networks are in it everywhere, also where there is no such table", async () => {
  const routeFile = join(await temporaryDirectory(), "none");
  expect(await readHostRoutes({ routeFile, interfaces })).toEqual(own);
});

test("a table without routes, and one that cannot be read", async () => {
  expect(await readHostRoutes({ routeFile: await tableOf(), interfaces })).toEqual(own);
  await expect(readHostRoutes({ routeFile: await temporaryDirectory() })).rejects.toMatchObject({ code: "EISDIR" });
});
