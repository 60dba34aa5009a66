import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Machine, machinesRun, startMachine, sudoers } from "./machine.ts";

const server = `require("http").createServer((request, response) => response.end("hello")).listen(process.env.PORT, process.env.HOST)`;

describe.skipIf(!machinesRun)(
  "low ports for an ordinary user without an engine (needs root, Debian, and a Docker engine)",
  () => {
    let machine: Machine;
    beforeAll(async () => {
      machine = await startMachine("systemd-resolved");
      await machine.must(sudoers("free"));
      await machine.must(`mkdir shop && cd shop && cat >server.cjs <<'EOF'\n${server}\nEOF`, "dev");
      await machine.must(`echo '{ "scripts": { "dev": "node server.cjs" } }' >shop/package.json`, "dev");
    });
    afterAll(() => machine?.stop());

    const up = async (): Promise<{ url: string | null; browserUrl: string }> =>
      JSON.parse(await machine.must("cd shop && cspace up --json", "dev")).instance.routes[0];
    const ports = async (): Promise<unknown> => {
      const { proxy } = JSON.parse(await machine.must("cspace proxy status --json", "dev"));
      return [proxy.engine, proxy.httpPort, proxy.dnsPort];
    };

    test("before, the gateway has ports that it may have", async () => {
      const { browserUrl } = await up();
      expect(browserUrl).toMatch(/^http:\/\/dev\.mercury\.shop\.cspace\.localhost:8088\/?$/);
      expect(await ports()).toEqual(["gateway", 8088, 5300]);
    });

    test("the plan is shown, and nothing is changed by that", async () => {
      const before = await machine.etc();
      const { plan } = JSON.parse(await machine.must("cspace init --low-ports --dry-run --json", "dev"));
      expect(plan.steps.map(({ path }: { path: string }) => path)).toContain("/etc/sysctl.d/60-cspace.conf");
      const refused = await machine.sh("cd shop && cspace init --low-ports", "dev");
      expect(refused.code).toBe(4);
      expect(refused.err).toContain("sysctl -p /etc/sysctl.d/60-cspace.conf");
      expect(await machine.etc()).toBe(before);
    });

    test("then URLs need no port, names are found, and the process went on", async () => {
      const pid = await machine.must("pgrep -xu dev node | tail -1");
      const out = await machine.must("cd shop && cspace init --low-ports --yes --no-trust 2>&1", "dev");
      expect(out).toContain("cspace.local");
      expect(await ports()).toEqual(["gateway", 80, 53]);
      expect(await machine.must("curl -sS http://dev.mercury.shop.cspace.local", "dev")).toBe("hello");
      expect(await machine.must("pgrep -xu dev node | tail -1")).toBe(pid);
      const { url, browserUrl } = await up();
      expect([url, browserUrl]).toEqual(Array(2).fill("http://dev.mercury.shop.cspace.local"));
      expect(await machine.status("dev")).toMatchObject({ state: "ok", port: 53 });
    });

    test("and other ports are taken where they are named, until it is said otherwise", async () => {
      await machine.must("cspace proxy up --http-port 9099", "dev");
      expect(await ports()).toEqual(["gateway", 9099, 53]);
      expect(await machine.must("curl -sS http://dev.mercury.shop.cspace.local:9099", "dev")).toBe("hello");
      const taken = await machine.sh("cspace proxy up --http-port 53 ", "dev");
      expect([taken.code, taken.err]).toEqual([1, expect.stringContaining("CSPACE_PORT_TAKEN")]);
      await machine.must("cspace proxy down", "dev");
      expect(await ports()).toEqual(["gateway", null, null]);
      await machine.must("cspace proxy up --http-port auto", "dev");
      expect((await up()).url).toBe("http://dev.mercury.shop.cspace.local");
    });

    test("a domain that is changed is served at once", async () => {
      await machine.must("cd shop && cspace init --domain dev.test --yes --no-trust", "dev");
      expect(await machine.must("curl -sS http://dev.mercury.shop.dev.test", "dev")).toBe("hello");
      await machine.must("cd shop && cspace init --domain cspace.local --yes --no-trust", "dev");
      expect(await machine.must("curl -sS http://dev.mercury.shop.cspace.local", "dev")).toBe("hello");
    });

    test("uninstalling takes it back", async () => {
      await machine.must("cspace dns uninstall --yes", "dev");
      expect(await machine.must("cat /proc/sys/net/ipv4/ip_unprivileged_port_start")).toBe("1024\n");
      expect((await machine.sh("ls /etc/sysctl.d/60-cspace.conf")).code).not.toBe(0);
    });
  },
);
