import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, engineAnswers, get, httpService, prefix, removeLeftovers } from "./harness.ts";
import { canHideEtc, createPrivateMachine } from "./private-machine.ts";

interface Resolvers {
  readonly resolvers: readonly {
    readonly kind: string;
    readonly domain: string;
    readonly state: string;
    readonly reason: string | null;
    readonly fix: string | null;
  }[];
}

describe.skipIf(!canHideEtc || !engineAnswers)(
  "dns where /etc/hosts is all there is (needs root, an /etc of its own, and the engine)",
  () => {
    const sandbox = createSandbox();
    const machine = createPrivateMachine(sandbox, { dnsmasq: false });
    const name = `${prefix}hosts`;
    const folder = sandbox.project(name, {
      "compose.yaml": `services:\n${httpService("web", [3000, 4000], '    ports: ["3000", "4000"]')}`,
    });
    const hosts = join(machine.etc, "hosts");
    const original = "127.0.0.1 localhost\r\n192.0.2.7 other.example # a line of the user's, without an end";
    const block = (): string[] =>
      [...readFileSync(hosts, "utf8").matchAll(/^127\.0\.0\.1 (.+\.cspace\.\w+)\r?$/gm)].map(([, one]) => one ?? "");
    const hostnames = (instance: string, domain = "cspace.local"): string[] =>
      ["web", "web-4000"].map((label) => `${label}.${instance}.${name}.${domain}`);

    beforeAll(() => {
      removeLeftovers();
      writeFileSync(hosts, original);
    });
    afterAll(sandbox.clean);

    test("up asks for nothing and tells in one line that names are not found, with the command", async () => {
      const run = await machine.cspace(folder, "up", "mercury", "--json");
      expect(run).toMatchObject({ code: 0 });
      expect(run.err).toBe(
        "note   names under cspace.local are not found on this machine; once, to change that: cspace init\n",
      );
      expect(readFileSync(hosts, "utf8")).toBe(original);
      for (const { label, url, browserUrl } of JSON.parse(run.out).instance.routes) {
        const served = label === "web" ? "web-3000-mercury" : "web-4000-mercury";
        expect((await (await fetch(url)).text()).trim()).toBe(served);
        // Browsers ask nobody for the address of *.localhost.
        const { hostname, port } = new URL(browserUrl);
        expect(await get(Number(port || 80), hostname)).toMatchObject({ status: 200, body: served });
      }
    });

    test("status tells every domain with its reason and its fix, for people and for programs", async () => {
      const run = await machine.cspace(folder, "dns", "status");
      expect(run).toMatchObject({ code: 0, err: "" });
      expect(run.out).toContain(
        `cspace.local      no-rule  hosts\n  2 names are missing in /etc/hosts: ${hostnames("mercury").join(", ")}\n  fix  cspace dns install\n`,
      );
      expect(run.out).toContain("hosts: /etc/resolv.conf sends every name to 192.0.2.1");
      const { resolvers } = await machine.json<Resolvers>(folder, "dns", "status");
      expect(resolvers).toMatchObject([
        { kind: "hosts", domain: "cspace.local", port: null, state: "no-rule", fix: "cspace dns install" },
        {
          kind: "hosts",
          domain: "cspace.localhost",
          port: null,
          state: "no-rule",
          fix: "cspace dns install --localhost",
        },
      ]);
    });

    test("install writes the names of every instance, and the system finds them", async () => {
      const { resolvers } = await machine.json<Resolvers>(folder, "dns", "install", "--yes");
      expect(resolvers[0]).toMatchObject({ state: "ok", reason: null, fix: null });
      expect(block()).toEqual(hostnames("mercury").sort());
      expect(readFileSync(hosts, "utf8").startsWith(`${original}\r\n`)).toBe(true);
      for (const hostname of hostnames("mercury")) expect(machine.addressesOf(hostname)).toEqual(["127.0.0.1"]);
      const up = await machine.cspace(folder, "up", "mercury", "--json");
      expect(up.err).toBe("");
      expect(JSON.parse(up.out).instance.routes).toMatchObject(
        hostnames("mercury").map((hostname) => ({ url: expect.stringContaining(hostname), via: "proxy" })),
      );
      const again = await machine.cspace(folder, "dns", "install");
      expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/^nothing to change\n/) });
    });

    test("up of another instance names what is missing; dns install adds it, and init would too", async () => {
      const up = await machine.cspace(folder, "up", "venus", "--json");
      expect(up.err).toBe(
        `note   2 names are missing in /etc/hosts (${hostnames("venus").join(", ")}): cspace dns install\n`,
      );
      expect(JSON.parse(up.out).instance.routes).toMatchObject([{ health: "up" }, { health: "up" }]);
      const { plan } = await machine.json<{ plan: { steps: { path: string }[] } }>(folder, "init", "--dry-run");
      expect(plan.steps.map(({ path }) => path)).toContain("/etc/hosts");
      await machine.json(folder, "dns", "install", "--yes");
      expect(block()).toEqual([...hostnames("mercury"), ...hostnames("venus")].sort());
    });

    test("--localhost adds the names under cspace.localhost, for what asks the system", async () => {
      const { resolvers } = await machine.json<Resolvers>(folder, "dns", "install", "--localhost", "--yes");
      expect(resolvers.map(({ state }) => state)).toEqual(["ok", "ok"]);
      expect(block()).toContain(hostnames("venus", "cspace.localhost")[0]);
      expect((await machine.cspace(folder, "dns", "install")).out).toMatch(/^nothing to change\n/);
    });

    test("names of an instance that is gone go with the next install", async () => {
      await machine.json(folder, "down", "venus");
      await machine.json(folder, "dns", "install", "--yes");
      expect(block().filter((one) => one.includes("venus"))).toEqual([]);
    });

    test("a block that was edited is left alone: status fails and says what to do, up goes on", async () => {
      const text = readFileSync(hosts, "utf8");
      writeFileSync(hosts, text.replace("# end cspace", "192.0.2.9 edited.example"));
      const damaged = readFileSync(hosts, "utf8");
      for (const command of [["status"], ["install", "--yes"], ["uninstall", "--yes"]]) {
        const run = await machine.cspace(folder, "dns", ...command, "--json");
        expect({ code: run.code, error: JSON.parse(run.out).error }).toMatchObject({
          code: 1,
          error: {
            code: "CSPACE_RESOLVER_DAMAGED",
            message: expect.stringContaining("/etc/hosts"),
            hint: expect.stringContaining("sudoedit"),
          },
        });
      }
      expect((await machine.cspace(folder, "up", "mercury")).code).toBe(0);
      expect(readFileSync(hosts, "utf8")).toBe(damaged);
      writeFileSync(hosts, text);
    });

    test("uninstall leaves the file byte for byte as it was", async () => {
      const { resolvers } = await machine.json<Resolvers>(folder, "dns", "uninstall", "--yes");
      expect(resolvers[0]).toMatchObject({ state: "no-rule" });
      expect(readFileSync(hosts, "utf8")).toBe(original);
    });
  },
);
