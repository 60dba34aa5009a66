import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Instance, Route } from "../../src/documents.ts";
import { type DescribeUnresolvedOptions, describeUnresolved } from "../../src/names/describe-unresolved.ts";

const domains = ["cspace.local", "cspace.localhost"];
const localUrl = "http://localhost:49153";

function route(label: string, change: Partial<Route> = {}): Route {
  const hostnames = domains.map((domain) => `${label}.mercury.redux.${domain}`);
  return {
    label,
    hostname: hostnames[0] as string,
    hostnames,
    url: localUrl,
    browserUrl: `http://${hostnames[1]}`,
    localUrl,
    via: "port",
    reason: "*.cspace.local does not resolve",
    target: { service: "app", port: 3000 },
    health: "up",
    status: 200,
    refused: [],
    ...change,
  };
}

const well = route("dev", { url: "http://dev.mercury.redux.cspace.local:8088", via: "proxy", reason: null });

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cspace-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function lineFor(
  routes: readonly Route[],
  change: Partial<DescribeUnresolvedOptions> = {},
): Promise<string | undefined> {
  const instance: Instance = {
    project: "redux",
    instance: "mercury",
    directory: "/src/redux",
    branch: null,
    gone: false,
    engine: "docker",
    state: "running",
    asleep: null,
    createdAt: null,
    routes,
    ports: [],
    services: [],
  };
  const asked = { isFound: async () => false, isServed: async () => true };
  return describeUnresolved(instance, { domains, proxyPort: 80, platform: "linux", root, ...asked, ...change });
}

test("a URL under a later domain tells by itself that the first is not found", async () => {
  const isFound = (): Promise<boolean> => Promise.reject(new Error("it was asked"));
  const later = route("dev", { url: "http://dev.mercury.redux.cspace.localhost", via: "proxy" });
  expect(await lineFor([later], { isFound })).toBe(
    "names under cspace.local are not found on this machine; once, to change that: cspace init",
  );
});

test("nothing where URLs are under the first domain, and nobody is asked", async () => {
  const isFound = (): Promise<boolean> => Promise.reject(new Error("it was asked"));
  expect(await lineFor([well], { isFound })).toBeUndefined();
});

test("nothing where the names are found and something else is the matter", async () => {
  expect(await lineFor([route("dev")], { isFound: async () => true })).toBeUndefined();
});

test("init where the machine was never set up", async () => {
  const line = "names under cspace.local are not found on this machine; once, to change that: cspace init";
  expect(await lineFor([well, route("api")])).toBe(line);
  write("etc/hosts", "127.0.0.1 localhost\n");
  expect(await lineFor([route("api", { url: null, browserUrl: null })])).toBe(line);
});

test("init on Windows, whose table is not read for this", async () => {
  expect(await lineFor([route("dev")], { platform: "win32" })).toMatch(/: cspace init$/);
});

test("dns status where a rule is installed and not followed", async () => {
  write("etc/resolver/cspace.local", "nameserver 127.0.0.1\n");
  expect(await lineFor([route("dev")], { platform: "darwin" })).toBe(
    "names under cspace.local are not found, though a rule is installed: cspace dns status",
  );
});

describe("where the names are in the hosts file", () => {
  const block = (...names: string[]): string =>
    [
      "# begin cspace (cspace dns install writes these lines, cspace dns uninstall removes them)",
      ...names.map((name) => `127.0.0.1 ${name}`),
      "# end cspace",
      "",
    ].join("\n");

  test("those that are missing are named, the first three of many", async () => {
    write("etc/hosts", block("dev.mercury.redux.cspace.local"));
    expect(await lineFor([well, route("api")])).toBe(
      "a name is missing in /etc/hosts (api.mercury.redux.cspace.local): cspace dns install",
    );
    const many = ["a", "b", "c", "d"].map((label) => route(label));
    expect(await lineFor(many)).toMatch(
      /^4 names are missing in \/etc\/hosts \(a\.\S+, b\.\S+, c\.\S+, \.\.\.\): cspace dns install$/,
    );
  });

  test("and are not found though they are there, or the block is damaged: dns status tells why", async () => {
    const line = expect.stringMatching(/: cspace dns status$/);
    write("etc/hosts", block("api.mercury.redux.cspace.local"));
    expect(await lineFor([route("api")])).toEqual(line);
    write("etc/hosts", "# begin cspace\n");
    expect(await lineFor([route("api")])).toEqual(line);
  });
});

describe("on macOS, where Safari asks the system for *.localhost", () => {
  const onPort = route("dev", { browserUrl: localUrl });

  test("it tells the URL that other browsers open beside the port", async () => {
    expect(await lineFor([onPort], { platform: "darwin", proxyPort: 8088 })).toBe(
      "Chrome, Firefox and Edge open http://dev.mercury.redux.cspace.localhost:8088 as well; Safari needs, once per machine: cspace init",
    );
  });

  test("not where the proxy does not serve it, nor where the system finds the name", async () => {
    const init = expect.stringMatching(/: cspace init$/);
    const unserved = await lineFor([onPort], { platform: "darwin", isServed: async () => false });
    expect(unserved).toEqual(init);
    expect(unserved).not.toContain("Safari");
    expect(await lineFor([route("dev")], { platform: "darwin" })).not.toContain("Safari");
    expect(await lineFor([onPort], { platform: "linux" })).not.toContain("Safari");
  });
});
