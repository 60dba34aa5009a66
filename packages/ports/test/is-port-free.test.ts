import { networkInterfaces } from "node:os";
import { isPortFree } from "@cspace/ports";
import { expect, test } from "vitest";
import { closedPort, listenTcp, listenUdp } from "./listen.ts";

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1"));
const isRoot = process.getuid?.() === 0;

test("a port that nobody has is free, and asking leaves it free", async () => {
  const port = await closedPort();
  expect(await isPortFree(port)).toBe("free");
  expect(await isPortFree(port)).toBe("free");
  expect(await isPortFree(port, { protocol: "udp" })).toBe("free");
});

test("a port that somebody listens on is taken, also through a wildcard address", async () => {
  expect(await isPortFree(await listenTcp())).toBe("taken");
  if (process.platform === "linux") expect(await isPortFree(await listenTcp("0.0.0.0"))).toBe("taken");
});

test.skipIf(!hasIpv6)("a port is free only when it is on both families", async () => {
  const port = await listenTcp("::1");
  expect(await isPortFree(port)).toBe("taken");
  expect(await isPortFree(port, { hosts: ["127.0.0.1"] })).toBe("free");
});

test("TCP and UDP have separate ports", async () => {
  const port = await listenUdp(await closedPort());
  expect(await isPortFree(port, { protocol: "udp" })).toBe("taken");
  expect(await isPortFree(port)).toBe("free");
});

test("an IPv6 address this machine does not have is left out; nothing left to ask is unknown", async () => {
  const port = await closedPort();
  expect(await isPortFree(port, { hosts: ["127.0.0.1", "2001:db8::1"] })).toBe("free");
  expect(await isPortFree(port, { hosts: ["2001:db8::1"] })).toBe("unknown");
  expect(await isPortFree(port, { hosts: [] })).toBe("unknown");
});

test("an IPv4 address this machine does not have is a mistake of the caller", async () => {
  await expect(isPortFree(await closedPort(), { hosts: ["203.0.113.1"] })).rejects.toMatchObject({
    code: "EADDRNOTAVAIL",
  });
});

test("a number that is no port is a RangeError", async () => {
  await expect(isPortFree(70_000)).rejects.toThrow(RangeError);
  await expect(isPortFree(70_000, { protocol: "udp" })).rejects.toThrow(RangeError);
});

test.skipIf(isRoot || process.platform !== "linux")("a privileged port is unknown to an ordinary user", async () => {
  expect(await isPortFree(1)).toBe("unknown");
});
