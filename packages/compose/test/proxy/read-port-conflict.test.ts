import { type PortConflict, readPortConflict } from "@cspace/compose";
import { describe, expect, it } from "vitest";

const ports = { httpPort: 80, httpsPort: 443, dnsPort: 53 };
const driver = "Error response from daemon: driver failed programming external connectivity on endpoint";

describe("readPortConflict", () => {
  it.each<[string, string, PortConflict]>([
    [
      "another container",
      `${driver} cspace-proxy (0a1b): Bind for 127.0.0.1:80 failed: port is already allocated`,
      { kind: "http", port: 80, reason: "container" },
    ],
    [
      "a process, behind the userland proxy",
      `${driver} cspace-proxy (0a1b): Error starting userland proxy: listen tcp4 127.0.0.1:80: bind: address already in use`,
      { kind: "http", port: 80, reason: "process" },
    ],
    [
      "a process, on Engine 28",
      "Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint cspace-dns (0a1b): failed to bind host port 127.0.0.1:53:10.213.0.2:53/udp: address already in use",
      { kind: "dns", port: 53, reason: "process" },
    ],
    [
      "a process, on Docker Desktop",
      "Error response from daemon: Ports are not available: exposing port TCP 127.0.0.1:80 -> 127.0.0.1:0: listen tcp 127.0.0.1:80: bind: address already in use",
      { kind: "http", port: 80, reason: "process" },
    ],
    [
      "Windows, which keeps the port for itself",
      "Error response from daemon: Ports are not available: exposing port TCP 127.0.0.1:80 -> 127.0.0.1:0: listen tcp 127.0.0.1:80: bind: An attempt was made to access a socket in a way forbidden by its access permissions.",
      { kind: "http", port: 80, reason: "permission" },
    ],
    [
      "a rootless engine",
      `${driver} cspace-proxy (0a1b): Error starting userland proxy: error while calling PortManager.AddPort(): cannot expose privileged port 80, you can add 'net.ipv4.ip_unprivileged_port_start=80' to /etc/sysctl.conf`,
      { kind: "http", port: 80, reason: "permission" },
    ],
  ])("names the port and the reason: %s", (_, text, expected) => {
    const around = ["Container cspace-dns  Started 127.0.0.1:53", text, "Container cspace-proxy  Error"].join("\n");
    expect(readPortConflict(around, ports)).toEqual(expected);
  });

  it("tells the ports apart that begin alike, and those inside the container", () => {
    const text = "failed to bind host port 127.0.0.1:5300:10.213.0.2:53/udp: address already in use";
    expect(readPortConflict(text, { httpPort: 530, httpsPort: 443, dnsPort: 5300 })).toMatchObject({
      kind: "dns",
      port: 5300,
    });
    expect(
      readPortConflict("127.0.0.1:8088 failed: port is already allocated", {
        httpPort: 808,
        httpsPort: 443,
        dnsPort: null,
      }),
    ).toBeUndefined();
  });

  it("names the port of HTTPS", () => {
    const text = "Bind for 127.0.0.1:443 failed: port is already allocated";
    expect(readPortConflict(text, ports)).toEqual({ kind: "https", port: 443, reason: "container" });
    expect(readPortConflict(text, { ...ports, httpsPort: null })).toBeUndefined();
  });

  it("finds none in other failures", () => {
    expect(readPortConflict("network 0--cspace: 127.0.0.1:80 is mentioned here", ports)).toBeUndefined();
    expect(readPortConflict("the socket of 127.0.0.1:9999: address already in use", ports)).toBeUndefined();
    expect(readPortConflict("", ports)).toBeUndefined();
  });
});
