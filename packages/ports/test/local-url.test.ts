import { localUrl } from "@cspace/ports";
import { expect, test } from "vitest";

test.each(["127.0.0.1", "0.0.0.0", ""])("%j is localhost", (hostIp) => {
  expect(localUrl([{ hostIp, hostPort: 3000 }])).toBe("http://localhost:3000");
});

test.each(["::", "::1"])("%j is IPv6 alone, where localhost may not lead", (hostIp) => {
  expect(localUrl([{ hostIp, hostPort: 3000 }])).toBe("http://[::1]:3000");
});

test("a specific address keeps its number", () => {
  expect(localUrl([{ hostIp: "192.168.1.7", hostPort: 3000 }])).toBe("http://192.168.1.7:3000");
  expect(localUrl([{ hostIp: "127.0.0.2", hostPort: 3000 }])).toBe("http://127.0.0.2:3000");
  expect(localUrl([{ hostIp: "fd00::2", hostPort: 3000 }])).toBe("http://[fd00::2]:3000");
});

test("loopback comes before every address, IPv4 before IPv6, a specific address last", () => {
  const bindings = ["192.168.1.7", "::", "0.0.0.0", "127.0.0.1"].map((hostIp, index) => ({
    hostIp,
    hostPort: index + 1,
  }));
  const chosen: (string | null)[] = [];
  for (let left = bindings; left.length > 0; left = left.slice(0, -1)) chosen.push(localUrl(left));
  expect(chosen).toEqual(["http://localhost:4", "http://localhost:3", "http://[::1]:2", "http://192.168.1.7:1"]);
});

test("nothing published is null", () => {
  expect(localUrl([])).toBeNull();
  expect(localUrl([{ hostIp: "0.0.0.0", hostPort: 0 }])).toBeNull();
});

test("the protocol can be https", () => {
  expect(localUrl([{ hostIp: "", hostPort: 443 }], { protocol: "https" })).toBe("https://localhost:443");
});
