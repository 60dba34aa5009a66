import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  expectOtherNames,
  expectResolved,
  type Machine,
  machinesRun,
  sampleName,
  startMachine,
  sudoers,
} from "./machine.ts";

const kinds = {
  dnsmasq: { folder: "/etc/dnsmasq.d", restart: "systemctl restart dnsmasq.service" },
  networkmanager: { folder: "/etc/NetworkManager/dnsmasq.d", restart: "systemctl restart NetworkManager.service" },
} as const;

describe.skipIf(!machinesRun).each(Object.keys(kinds) as (keyof typeof kinds)[])(
  "the resolver rule on a real %s (needs root, Debian, and a Docker engine)",
  (kind) => {
    const { folder, restart } = kinds[kind];
    const rule = `${folder}/cspace.conf`;
    let machine: Machine;
    let before: string;

    beforeAll(async () => {
      machine = await startMachine(kind);
      await machine.engine();
      await machine.must(`${sudoers("free")}; cspace proxy up`);
      before = await machine.etc();
    });
    afterAll(() => machine?.stop());
    beforeEach(() => machine.must("systemctl reset-failed"));

    for (const user of ["root", "dev"] as const) {
      test(`install and uninstall, as ${user === "root" ? "root" : "an ordinary user by sudo"}`, async () => {
        expect(await machine.status(user)).toMatchObject({ kind, state: "no-rule", fix: "cspace init" });

        await machine.must("cspace dns install --yes", user);
        expect(await machine.status(user)).toMatchObject({ kind, state: "ok", port: 5300 });
        await expectResolved(machine);
        await machine.must(`${restart}; for _ in $(seq 50); do getent hosts other.example && break; sleep 0.1; done`);
        await expectResolved(machine);

        const evidence = `find /etc -newer /run/mark; stat -c %Y.%i ${rule}; pgrep -x dnsmasq`;
        await machine.must("touch /run/mark");
        const installed = await machine.must(evidence);
        expect(await machine.must("cspace dns install --yes", user)).toContain("nothing to change");
        expect(await machine.must(evidence)).toBe(installed);

        await machine.must("cspace dns uninstall --yes", user);
        expect(await machine.etc()).toBe(before);
        expect((await machine.find(sampleName)).addresses).toEqual([]);
        await expectOtherNames(machine);
      });
    }

    test("another port of the DNS gets into the rule, and the old rule says that it leads elsewhere", async () => {
      await machine.must("cspace dns install --yes; cspace proxy down; cspace proxy up --dns-port 5301");
      expect(await machine.status()).toMatchObject({ state: "no-dns", fix: "cspace dns install" });
      await machine.must("cspace dns install --yes");
      expect(await machine.must(`cat ${rule}`)).toContain("server=/cspace.local/127.0.0.1#5301\n");
      expect(await machine.status()).toMatchObject({ state: "ok", port: 5301 });
      await expectResolved(machine);
      await machine.must("cspace proxy down; cspace proxy up --dns-port 5300; cspace dns uninstall --yes");
      expect(await machine.etc()).toBe(before);
    });

    test("its user's own stop-dns-rebind does not keep names from leading to 127.0.0.1", async () => {
      await machine.must(`echo stop-dns-rebind >${folder}/user.conf; ${restart}`);
      await machine.must("cspace dns install --yes");
      expect(await machine.status()).toMatchObject({ state: "ok" });
      await machine.must("cspace dns uninstall --yes");
      expect(await machine.must(`ls ${folder}`)).toContain("user.conf\n");
      await machine.must(`rm ${folder}/user.conf; ${restart}`);
      expect(await machine.etc()).toBe(before);
    });

    test("status tells in time that no DNS answers, though this resolver makes programs wait for it", async () => {
      await machine.must("cspace dns install --yes; cspace proxy down");
      const begin = performance.now();
      expect(await machine.status()).toMatchObject({ state: "no-dns", port: 5300, fix: "cspace proxy up" });
      expect(performance.now() - begin).toBeLessThan(9000);
      await expectOtherNames(machine);
      await machine.must("cspace proxy up; cspace dns uninstall --yes");
    });

    test("a file that somebody else wrote is not overwritten", async () => {
      await machine.must(`echo 'server=/cspace.local/192.0.2.1' >${rule}`);
      const foreign = await machine.etc();
      const run = await machine.sh("cspace dns install --yes");
      expect(run).toMatchObject({ code: 1, err: expect.stringContaining(rule) });
      expect(await machine.etc()).toBe(foreign);
      await machine.must(`rm ${rule}`);
    });
  },
);
