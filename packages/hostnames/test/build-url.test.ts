import { buildHostname, buildUrl } from "@cspace/hostnames";
import fc from "fast-check";
import { expect, test } from "vitest";
import { routes } from "./arbitraries.ts";

const route = { label: "dev", instance: "mercury", project: "resume-redux" };
const host = "dev.mercury.resume-redux.cspace.local";

test.each([
  [{}, `http://${host}`],
  [{ port: 80 }, `http://${host}`],
  [{ port: 8088 }, `http://${host}:8088`],
  [{ port: 443 }, `http://${host}:443`],
  [{ protocol: "https" }, `https://${host}`],
  [{ protocol: "https", port: 443 }, `https://${host}`],
  [{ protocol: "https", port: 80 }, `https://${host}:80`],
  [{ domain: "cspace.localhost" }, `http://${host}host`],
  [{ domain: undefined, port: undefined, protocol: undefined }, `http://${host}`],
] as const)("%j gives %s", (options, url) => {
  expect(buildUrl(route, options)).toBe(url);
});

test.each([0, -1, 65536, 80.5, Number.NaN])("port %d is refused", (port) => {
  expect(() => buildUrl(route, { port })).toThrow(expect.objectContaining({ code: "CSPACE_PORT_INVALID" }));
});

test("a URL parser finds the hostname and the port again", () => {
  fc.assert(
    fc.property(
      routes,
      fc.integer({ min: 1, max: 65535 }),
      fc.constantFrom("http", "https"),
      (name, port, protocol) => {
        const url = buildUrl(name, { port, protocol });
        const parsed = new URL(url);
        expect(parsed.hostname).toBe(buildHostname(name));
        expect(parsed.port || (protocol === "http" ? "80" : "443")).toBe(String(port));
        expect(parsed.origin).toBe(url);
      },
    ),
  );
});
