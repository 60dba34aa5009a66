import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findProfiles } from "../../src/doctor/browser/find-profiles.ts";
import { readChromium } from "../../src/doctor/browser/read-chromium.ts";
import { readFirefox } from "../../src/doctor/browser/read-firefox.ts";
import { readSystemProxy } from "../../src/doctor/browser/read-system-proxy.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "cspace-browsers-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const write = (path: string, content: string | Buffer | object): void => {
  mkdirSync(join(home, path, ".."), { recursive: true });
  const isData = typeof content === "string" || Buffer.isBuffer(content);
  writeFileSync(join(home, path), isData ? content : JSON.stringify(content));
};
const name = "dev.mercury.shop.cspace.test";
const later = Date.now() + 86_400_000;
const hashOf = (hostname: string): string =>
  createHash("sha256")
    .update(
      `${hostname
        .split(".")
        .map((label) => String.fromCharCode(label.length) + label)
        .join("")}\0`,
    )
    .digest("base64");

test("profiles are found where each platform has them, and nothing else is taken for one", async () => {
  for (const folder of ["Default", "Profile 2", "Crashpad"]) write(`.config/chromium/${folder}/Preferences`, "{}");
  write(".mozilla/firefox/abc.default-release/prefs.js", "");
  write(".mozilla/firefox/Crash Reports/events/x", "");
  write("Library/Application Support/Firefox/Profiles/abc.default/prefs.js", "");
  write("AppData/Local/Google/Chrome/User Data/Default/Preferences", "{}");
  const names = async (platform: NodeJS.Platform): Promise<string[]> =>
    (await findProfiles({ platform, home, env: {} })).map((one) => one.name);
  expect(await names("linux")).toEqual([
    "Chromium",
    "Chromium, the profile Profile 2",
    "Firefox, the profile abc.default-release",
  ]);
  expect(await names("darwin")).toEqual(["Firefox, the profile abc.default"]);
  expect(await names("win32")).toEqual(["Chrome"]);
  expect(await names("freebsd")).toEqual([]);
});

describe("Chromium", () => {
  const read = async (): ReturnType<typeof readChromium> => {
    const [profile] = await findProfiles({ platform: "linux", home, env: {} });
    return readChromium(profile as NonNullable<typeof profile>, [name, "cspace.test"]);
  };

  test("what it was told of a name, and of those above it with all below", async () => {
    // The hash that Chromium 140 wrote for this name.
    expect(hashOf(name)).toBe("MgVepkXl5QrOSB1prIagcNxz+dZ7Qfd9XeNfSwQ9OQU=");
    const entry = (host: string, sub: boolean, expiry = later / 1000, mode = "force-https"): object => ({
      ...{ expiry, host: hashOf(host), mode, sts_include_subdomains: sub, sts_observed: 1 },
    });
    write(".config/chromium/Default/TransportSecurity", {
      sts: [
        entry(name, false),
        entry("test", true),
        entry("shop.cspace.test", false),
        entry("mercury.shop.cspace.test", true, 5),
        entry("cspace.test", true, later / 1000, "default"),
      ],
      version: 2,
    });
    expect((await read()).secured).toEqual([name, "test"]);
  });

  test("HTTP/3, a DNS of its own, and a proxy", async () => {
    const quic = [{ advertised_alpns: ["h3"], expiration: "13440549619289329", port: 8443, protocol_str: "quic" }];
    write(".config/chromium/Default/Network Persistent State", {
      net: {
        http_server_properties: {
          servers: [
            { alternative_service: quic, server: `https://${name}:8443` },
            { alternative_service: quic, server: "https://somewhere.example" },
          ],
        },
      },
    });
    write(".config/chromium/Local State", { dns_over_https: { mode: "secure", templates: "https://dns.example/" } });
    write(".config/chromium/Default/Preferences", {
      proxy: { mode: "fixed_servers", server: "proxy:3128", bypass_list: "*.corp.example;localhost" },
    });
    expect(await read()).toMatchObject({
      quic: [name],
      ownDns: true,
      proxy: { server: "proxy:3128", exceptions: ["*.corp.example", "localhost"] },
    });
  });

  test("what is damaged, or not there, tells nothing", async () => {
    write(".config/chromium/Default/TransportSecurity", "{");
    write(".config/chromium/Default/Network Persistent State", { net: 7 });
    expect(await read()).toMatchObject({ secured: [], quic: [], proxy: null, ownDns: false });
  });
});

describe("Firefox", () => {
  const folder = ".mozilla/firefox/abc.default";
  const read = async (): ReturnType<typeof readFirefox> => {
    const [profile] = await findProfiles({ platform: "linux", home, env: {} });
    return readFirefox(profile as NonNullable<typeof profile>, [name]);
  };
  const slot = (key: string, value: string): Buffer => {
    const bytes = Buffer.alloc(286);
    bytes.write(key, 6);
    bytes.write(value, 262);
    return bytes;
  };

  test("what it was told of a name, in the file of this version and of the one before", async () => {
    write(
      `${folder}/SiteSecurityServiceState.bin`,
      Buffer.concat([
        slot("other.example^partitionKey=%28https%2Cother.example%29", `${later},1,1`),
        slot(`${name}^partitionKey=%28https%2Ccspace.test%29`, `${later},1,0`),
        slot("shop.cspace.test", `${later},1,0`),
        slot("cspace.test", `${later},1,1`),
        slot("mercury.shop.cspace.test", "1000000000000,1,1"),
      ]),
    );
    expect((await read()).secured).toEqual([name, "cspace.test"]);
    rmSync(join(home, folder, "SiteSecurityServiceState.bin"));
    write(
      `${folder}/SiteSecurityServiceState.txt`,
      `${name}:HSTS\t12\t20000\t${later},1,0\nother.example:HSTS\t1\t2\t${later},1,1\n`,
    );
    expect((await read()).secured).toEqual([name]);
  });

  test("a DNS of its own, and a proxy", async () => {
    write(
      `${folder}/prefs.js`,
      `user_pref("network.proxy.http", "proxy");
user_pref("network.proxy.http_port", 3128);
user_pref("network.proxy.no_proxies_on", "localhost, .corp.example");
user_pref("network.proxy.type", 1);
user_pref("network.trr.mode", 3);
`,
    );
    expect(await read()).toMatchObject({
      ownDns: true,
      proxy: { server: "proxy:3128", exceptions: ["localhost", ".corp.example"] },
    });
    write(`${folder}/prefs.js`, 'user_pref("network.proxy.http", "proxy");\nuser_pref("network.trr.mode", 2);\n');
    expect(await read()).toMatchObject({ ownDns: false, proxy: null });
  });
});

describe("the desktop's proxy", () => {
  const read = (platform: NodeJS.Platform, stdout: string): ReturnType<typeof readSystemProxy> =>
    readSystemProxy(platform, { run: async () => ({ stdout, stderr: "", exitCode: 0 }) });

  test("GNOME's", async () => {
    const text = (mode: string): string => `org.gnome.system.proxy autoconfig-url ''
org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '*.corp.example']
org.gnome.system.proxy mode '${mode}'
org.gnome.system.proxy.http host 'proxy'
org.gnome.system.proxy.http port 3128
`;
    const proxy = { server: "proxy:3128", exceptions: ["localhost", "127.0.0.0/8", "*.corp.example"] };
    expect(await read("linux", text("manual"))).toEqual(proxy);
    expect(await read("linux", text("none"))).toBeNull();
  });

  test("that of macOS", async () => {
    const text = (enabled: number): string => `<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  FTPPassive : 1
  HTTPEnable : ${enabled}
  HTTPPort : 3128
  HTTPProxy : proxy
}
`;
    expect(await read("darwin", text(1))).toEqual({ server: "proxy:3128", exceptions: ["*.local", "169.254/16"] });
    expect(await read("darwin", text(0))).toBeNull();
  });

  test("that of Windows", async () => {
    const text = (enabled: number, server: string): string => String.raw`
HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Internet Settings
    ProxyEnable    REG_DWORD    0x${enabled}
    ProxyServer    REG_SZ    ${server}
    ProxyOverride    REG_SZ    *.corp.example;<local>
`;
    const exceptions = ["*.corp.example", "<local>"];
    expect(await read("win32", text(1, "proxy:3128"))).toEqual({ server: "proxy:3128", exceptions });
    expect(await read("win32", text(1, "http=one:1;https=two:2"))).toEqual({ server: "one:1", exceptions });
    expect(await read("win32", text(0, "proxy:3128"))).toBeNull();
  });

  test("where nothing tells", async () => {
    expect(await readSystemProxy("linux", { run: () => Promise.reject(new Error("no such program")) })).toBeNull();
    expect(await read("freebsd", "")).toBeNull();
  });
});
