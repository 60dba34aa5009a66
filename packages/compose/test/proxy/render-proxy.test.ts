import { type ProxyFile, type ProxyStackInput, planProxy, renderProxy } from "@cspace/compose";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { renderCorefile } from "../../src/proxy/render-corefile.ts";

const usual: ProxyStackInput = {
  httpPort: 80,
  httpsPort: 443,
  dnsPort: 53,
  domains: ["cspace.local", "cspace.localhost"],
  socketPath: "/var/run/docker.sock",
  subnet: "10.213.0.0/26",
  ipv6: true,
  selinux: false,
};
const hardened: ProxyStackInput = {
  httpPort: 8088,
  httpsPort: null,
  dnsPort: null,
  domains: ["dev.test"],
  socketPath: "/run/user/1000/docker.sock",
  subnet: "10.213.0.64/26",
  ipv6: false,
  selinux: true,
};

const filesOf = (input: ProxyStackInput, home: string): Promise<Record<ProxyFile, string>> =>
  renderProxy(planProxy(input, home), input.domains);

describe("whole stacks", () => {
  test("on an ordinary machine", async () => {
    const files = await filesOf(usual, "/home/ada/.cspace");
    await expect(files["docker-compose.yml"]).toMatchFileSnapshot("../golden/proxy/docker-compose.yml");
    await expect(files["coredns/Corefile"]).toMatchFileSnapshot("../golden/proxy/Corefile");
  });

  test("rootless, with SELinux, an old engine, no IPv6, and port 53 taken", async () => {
    const files = await filesOf(hardened, "/home/ada/.cspace");
    await expect(files["docker-compose.yml"]).toMatchFileSnapshot("../golden/proxy-hardened/docker-compose.yml");
    await expect(files["coredns/Corefile"]).toMatchFileSnapshot("../golden/proxy-hardened/Corefile");
  });
});

test("nothing is published anywhere but on the loopback, and the engine's socket is read-only", async () => {
  for (const input of [usual, hardened]) {
    const stack = parse((await filesOf(input, "/home/ada"))["docker-compose.yml"]);
    for (const service of Object.values<{ ports: string[] }>(stack.services)) {
      for (const port of service.ports) expect(port).toMatch(/^(127\.0\.0\.1|\[::1\]):/);
    }
    expect(stack.services.proxy.volumes[0]).toBe(`${input.socketPath}:/var/run/docker.sock:ro`);
  }
});

test("a folder whose name has a dollar in it is no variable to Compose", async () => {
  const input = { ...usual, socketPath: "/run/$user/docker.sock" };
  const { services } = parse((await filesOf(input, "/home/${ada/.cspace"))["docker-compose.yml"]);
  expect(services.proxy.labels["cspace.proxy.home"]).toBe("/home/$${ada/.cspace");
  expect(services.dns.labels["cspace.proxy.home"]).toBe("/home/$${ada/.cspace");
  expect(services.proxy.volumes[0]).toBe("/run/$$user/docker.sock:/var/run/docker.sock:ro");
});

describe("the hash", () => {
  const hashOf = (change: Partial<ProxyStackInput> = {}, home = "/home/ada"): string =>
    planProxy({ ...usual, ...change }, home).hash;

  test("is the same for the same, whatever home it comes from", () => {
    expect(hashOf()).toBe(hashOf());
    expect(hashOf({}, "/home/bob")).toBe(hashOf());
    expect(hashOf()).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each(Object.keys(usual) as (keyof ProxyStackInput)[])("follows %s", (key) => {
    expect(hashOf({ [key]: hardened[key] })).not.toBe(hashOf());
  });

  test("and the home are on both containers", async () => {
    const files = await filesOf(usual, "/home/ada");
    const { hash } = planProxy(usual, "/home/ada");
    const { services } = parse(files["docker-compose.yml"]);
    for (const service of [services.proxy, services.dns]) {
      expect(service.labels).toMatchObject({ "cspace.proxy.hash": hash, "cspace.proxy.home": "/home/ada" });
    }
  });
});

describe("the Corefile", () => {
  test("has a zone for every domain, whose dots are dots", async () => {
    const text = await renderCorefile(["cspace.local", "a.b.test"]);
    expect(text.match(/^\S+:53 \{$/gm)).toEqual(["cspace.local:53 {", "a.b.test:53 {"]);
    expect(text).toContain(String.raw`match "^a\.b\.test\.$"`);
    expect(text).toContain('answer "{{ .Name }} 60 IN A 127.0.0.1"');
  });

  test("none without a domain", async () => {
    expect((await renderCorefile([])).trim()).toBe("");
  });
});
