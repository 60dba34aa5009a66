import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { httpService } from "./harness.ts";
import {
  expectOtherNames,
  expectResolved,
  installFaults,
  type Machine,
  machinesRun,
  obstacles,
  sampleName,
  startMachine,
  sudoers,
  testFaults,
} from "./machine.ts";

const dropIn = "/etc/systemd/resolved.conf.d/cspace.conf";

describe.skipIf(!machinesRun)(
  "the resolver rule on a real systemd-resolved (needs root, Debian, and a Docker engine)",
  () => {
    let machine: Machine;
    let before: string;

    beforeAll(async () => {
      machine = await startMachine("systemd-resolved");
      await machine.engine();
      await machine.must("cspace proxy up");
      await machine.must(`${sudoers("free")}; ${installFaults}`);
      before = await machine.etc();
    });
    afterAll(() => machine?.stop());
    // systemd starts nothing more often than five times in ten seconds, which tests do and people do not.
    beforeEach(() => machine.must("systemctl reset-failed"));

    const expectUntouched = async (): Promise<void> => expect(await machine.etc()).toBe(before);

    test("before it, status says no-rule, and neither that nor --dry-run changes anything", async () => {
      expect(await machine.status()).toMatchObject({ kind: "systemd-resolved", state: "no-rule", fix: "cspace init" });
      const { plan } = JSON.parse(await machine.must("cspace dns install --dry-run --json"));
      expect(plan.steps.map(({ path }: { path: string }) => path)).toEqual([
        "/etc/systemd/resolved.conf.d",
        dropIn,
        "service:systemd-resolved",
      ]);
      await expectOtherNames(machine);
      await expectUntouched();
    });

    for (const user of ["root", "dev"] as const) {
      test(`install and uninstall, as ${user === "root" ? "root" : "an ordinary user by sudo"}`, async () => {
        await machine.must("cspace dns install --yes", user);
        expect(await machine.status(user)).toMatchObject({ state: "ok", port: 53, reason: null, fix: null });
        await expectResolved(machine);

        await machine.must("systemctl restart systemd-resolved.service");
        await expectResolved(machine);

        const times = `find /etc -newer /run/mark; stat -c %Y.%i ${dropIn}; systemctl show systemd-resolved -p MainPID`;
        await machine.must("touch /run/mark");
        const first = await machine.must(times);
        expect(await machine.must("cspace dns install --yes", user)).toContain("nothing to change");
        expect(await machine.must(times)).toBe(first);

        await machine.must("cspace dns uninstall --yes", user);
        await expectUntouched();
        expect((await machine.find(sampleName)).addresses).toEqual([]);
        await expectOtherNames(machine);
        expect(await machine.must("cspace dns uninstall --yes", user)).toContain("nothing to take back");
      });
    }

    test("without a yes: exit 4, and the commands that it prints do by hand what --yes does", async () => {
      const run = await machine.sh("cspace dns install --json", "dev");
      expect(run.code).toBe(4);
      const { error, commands } = JSON.parse(run.out);
      expect(error.code).toBe("CSPACE_CONFIRMATION_NEEDED");
      await expectUntouched();

      await machine.must("cspace dns install --yes", "dev");
      const installed = await machine.etc();
      await machine.must("cspace dns uninstall --yes", "dev");
      await machine.must(["set -e", ...commands].join("\n"), "dev");
      expect(await machine.etc()).toBe(installed);
      await expectResolved(machine);
      expect(await machine.must("cspace dns install --yes", "dev")).toContain("nothing to change");

      const removal = await machine.sh("cspace dns uninstall --json", "dev");
      expect(removal.code).toBe(4);
      await machine.must(["set -e", ...JSON.parse(removal.out).commands].join("\n"), "dev");
      await expectUntouched();
      await expectOtherNames(machine);
    });

    for (const [how, prepare] of [
      ["sudo wants a password", sudoers("password")],
      ["sudo does not know the user", sudoers("none")],
      ["there is no sudo", "mv /usr/bin/sudo /usr/bin/sudo.away"],
    ] as const) {
      test(`${how}: exit 4 with the commands, and nothing is changed`, async () => {
        await machine.must(prepare);
        try {
          const unchanged = await machine.etc();
          const run = await machine.sh("cspace dns install --yes", "dev");
          expect(run).toMatchObject({ code: 4, err: expect.stringContaining("CSPACE_ELEVATION_FAILED") });
          expect(run.err).toContain("sudo mkdir -m 1755 /etc/systemd/resolved.conf.d\n");
          expect(run.err).toContain("sudo systemctl restart systemd-resolved.service\n");
          expect(await machine.etc()).toBe(unchanged);
          expect((await machine.status()).state).toBe("no-rule");
        } finally {
          await machine.must(`mv -f /usr/bin/sudo.away /usr/bin/sudo 2>/dev/null; ${sudoers("free")}`);
        }
      });
    }

    test("status tells apart: no DNS, a rule that is not used, a slow one, and all well", async () => {
      await machine.must("cspace dns install --yes");
      expect(await machine.status()).toMatchObject({ state: "ok", reason: null, fix: null });

      const hard = "/etc/systemd/resolved.conf.d/50-hard.conf";
      const harden = (setting: string) =>
        machine.must(`printf '[Resolve]\n${setting}=yes\n' >${hard}; systemctl restart systemd-resolved`);
      await harden("DNSOverTLS");
      expect(await machine.status()).toMatchObject({
        state: expect.stringMatching(/^(slow|not-used)$/),
        reason: expect.stringContaining("DNSOverTLS=yes"),
        fix: expect.stringContaining("systemctl restart systemd-resolved"),
      });
      // What only the DNS of the rule answers, this version takes without a signature.
      await harden("DNSSEC");
      expect((await machine.status()).state).toBe("ok");
      await machine.must(`rm ${hard}; systemctl restart systemd-resolved`);
      expect((await machine.status()).state).toBe("ok");

      await machine.must("cp -a /etc/nsswitch.conf /run/kept; sed -i 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf");
      expect(await machine.status()).toMatchObject({
        state: "not-used",
        reason: expect.stringContaining("/etc/nsswitch.conf"),
        fix: expect.stringContaining("/etc/nsswitch.conf"),
      });
      await machine.must("cp -a /run/kept /etc/nsswitch.conf");

      await machine.must("cspace proxy down");
      expect(await machine.status()).toMatchObject({ state: "no-dns", port: 53, fix: "cspace proxy up" });
      await expectOtherNames(machine);

      await machine.must(`cat >/run/dns.mjs <<'CODE'
${dnsWithoutIpv6}
CODE
systemd-run --quiet --unit=dns-without-ipv6 node /run/dns.mjs; sleep 0.5`);
      expect(await machine.status()).toMatchObject({ state: "slow", reason: expect.stringContaining("IPv6") });
      await machine.must("systemctl stop dns-without-ipv6.service");

      await machine.must("cspace proxy up; resolvectl flush-caches");
      expect((await machine.status()).state).toBe("ok");
      await machine.must("cspace dns uninstall --yes");
      await expectUntouched();
    });

    test("a file that somebody else wrote is neither overwritten nor removed", async () => {
      await machine.must(`mkdir -p /etc/systemd/resolved.conf.d; printf '[Resolve]\nDNSSEC=no\n' >${dropIn}`);
      const foreign = await machine.etc();
      const run = await machine.sh("cspace dns install --yes");
      expect(run.code).toBe(1);
      expect(run.err).toContain(dropIn);
      expect(run.err).toContain("CSPACE_RESOLVER_FOREIGN");
      const removal = await machine.sh("cspace dns uninstall --yes");
      expect(removal).toMatchObject({ code: 1, err: expect.stringContaining(dropIn) });
      expect(await machine.etc()).toBe(foreign);
      await machine.must("rm -r /etc/systemd/resolved.conf.d");
      await expectUntouched();
    });

    test("a folder of drop-ins that was there before stays, with its mode and what is in it", async () => {
      await machine.must(
        "mkdir -m 775 /etc/systemd/resolved.conf.d; echo '[Resolve]' >/etc/systemd/resolved.conf.d/user.conf",
      );
      const own = await machine.etc();
      await machine.must("cspace dns install --yes", "dev");
      await machine.must("cspace dns uninstall --yes", "dev");
      expect(await machine.etc()).toBe(own);
      await machine.must("rm -r /etc/systemd/resolved.conf.d");
    });

    test("what the user may not read is not taken for missing", async () => {
      await machine.must("mkdir -m 700 /etc/systemd/resolved.conf.d");
      const own = await machine.etc();
      const run = await machine.sh("cspace dns install --yes", "dev");
      expect(run.code).toBe(1);
      expect(run.err).toContain("/etc/systemd/resolved.conf.d");
      expect(run.err).not.toContain("CSPACE_UNEXPECTED");
      expect(await machine.etc()).toBe(own);
      await machine.must("rmdir /etc/systemd/resolved.conf.d");
    });

    for (const [what, prepare] of [
      ["/etc/resolv.conf of somebody else's", "rm /etc/resolv.conf; echo 'nameserver 10.53.0.53' >/etc/resolv.conf"],
      [
        "servers for every name in resolved.conf",
        "mkdir /etc/systemd/resolved.conf.d; printf '[Resolve]\\nDNS=10.53.0.53\\n' >/etc/systemd/resolved.conf.d/user.conf",
      ],
      [
        "nothing but servers to fall back on",
        "mkdir /etc/systemd/resolved.conf.d; printf '[Resolve]\\nFallbackDNS=10.53.0.53\\n' >/etc/systemd/resolved.conf.d/user.conf",
      ],
    ] as const) {
      test(`where other names come from ${what}, a rule would take them away: /etc/hosts is chosen`, async () => {
        await machine.must(`resolvectl revert uplink0; ${prepare}; systemctl restart systemd-resolved.service`);
        try {
          await expectOtherNames(machine);
          expect((await machine.status()).kind).toBe("hosts");
          await machine.must("cspace dns install --yes");
          await expectOtherNames(machine);
        } finally {
          await machine.must(
            `rm -rf /etc/systemd/resolved.conf.d /etc/resolv.conf; ln -s ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
          systemctl restart systemd-resolved.service; resolvectl dns uplink0 10.53.0.53`,
          );
        }
        await expectUntouched();
      });
    }

    for (const what of ["a read-only /etc", "a full disk"] as const) {
      test(`${what}: a clear error, nothing is changed, and other names are still found`, async () => {
        const { set, clear } = obstacles[what];
        await machine.must(set);
        try {
          const own = await machine.etc();
          const run = await machine.sh("cspace dns install --yes", "dev");
          expect(run).toMatchObject({
            code: 1,
            err: expect.stringMatching(/^error .*\/etc\/systemd\/resolved.conf.d/m),
          });
          expect(run.err).not.toContain("CSPACE_UNEXPECTED");
          expect(await machine.etc()).toBe(own);
          await expectOtherNames(machine);
        } finally {
          await machine.must(clear);
        }
        await expectUntouched();
      });
    }

    testFaults(() => machine, { untouched: () => before });

    test("a run takes over from one that was killed, under the same home", async () => {
      const killed = await machine.sh(
        "export FAULT=kill FAULT_AT=2 FAULT_COUNT=~/calls PATH=/opt/fault:$PATH; cspace dns install --yes",
        "dev",
      );
      expect(killed.code).toBe(137);
      await machine.must("cspace dns install --yes", "dev");
      expect((await machine.status()).state).toBe("ok");
      await machine.must("cspace dns uninstall --yes", "dev");
      await expectUntouched();
    });

    test("the DNS port does not move under the rule, when another program has taken it", async () => {
      await machine.must("cspace dns install --yes && cspace proxy down");
      await machine.must(
        `systemd-run --quiet --unit=thief node -e 'require("dgram").createSocket("udp4").bind(53, "127.0.0.1")'; sleep 0.5`,
      );
      expect((await machine.sh("cspace proxy up")).err).toContain("port 53 on 127.0.0.1 is taken by ");
      const { proxy } = JSON.parse(await machine.must("cspace proxy status --json"));
      expect(proxy).toMatchObject({ state: "degraded", dnsPort: null });
      expect(await machine.must("docker ps --format '{{.Ports}}'")).not.toContain("/udp");
      expect(await machine.status()).toMatchObject({ state: "no-dns", port: 53 });
      await machine.must("systemctl stop thief; cspace proxy up");
      await expectResolved(machine);
      await machine.must("cspace dns uninstall --yes");
      await expectUntouched();
    });

    test("from nothing: up says what is missing, init sets up, and the name opens", async () => {
      await machine.must("cspace proxy down");
      await machine.must(
        `mkdir -p ~/resume-redux && cd ~/resume-redux && cat >compose.yaml <<'YAML'
services:
${httpService("dev", [3000], "    expose: ['3000']")}
YAML`,
        "dev",
      );
      const open = (url: string): Promise<string> =>
        machine.must(`node -e 'fetch("${url}").then((answer) => answer.text()).then(console.log)'`, "dev");
      // Whoever calls this sudo leaves a trace.
      const up = await machine.sh(
        "export FAULT=deny-on FAULT_AT=1 FAULT_COUNT=~/asked PATH=/opt/fault:$PATH; cd ~/resume-redux && cspace up mercury --json",
        "dev",
      );
      expect(up).toMatchObject({
        code: 0,
        err: "note   names under cspace.local are not found on this machine; once, to change that: cspace init\n",
      });
      await machine.must("test ! -e ~/asked", "dev");
      const [before] = JSON.parse(up.out).instance.routes;
      for (const url of [before.url, before.browserUrl]) {
        expect(await open(url)).toContain("dev-3000-mercury");
      }
      const init = await machine.must("cd ~/resume-redux && cspace init --yes --no-trust", "dev");
      expect(init).toContain("cspace.local");
      await expectResolved(machine);
      const again = await machine.must("cd ~/resume-redux && cspace init --no-trust", "dev");
      expect(again).toMatch(/^all is in place\n/);
      expect(again).toContain("cspace.localhost needs no step in Chrome, Firefox, Edge and curl");
      const { instance } = JSON.parse(await machine.must("cd ~/resume-redux && cspace up mercury --json", "dev"));
      const [route] = instance.routes;
      expect(route).toMatchObject({ url: `http://${route.hostname}`, via: "proxy" });
      expect(await open(route.url)).toContain("dev-3000-mercury");
      await machine.must("cd ~/resume-redux && cspace down --all && cspace dns uninstall --yes", "dev");
      await expectUntouched();
    });
  },
);

const dnsWithoutIpv6 = `import { createSocket } from "node:dgram";
const socket = createSocket("udp4");
socket.on("message", (query, { port, address }) => {
  let end = 12;
  while (query[end] !== 0) end += query[end] + 1;
  if (query.readUInt16BE(end + 1) === 28) return;
  const answer = Buffer.from(query.subarray(0, end + 5));
  answer.writeUInt16BE(0x8580, 2);
  answer.writeUInt16BE(1, 6);
  answer.writeUInt32BE(0, 8);
  socket.send(Buffer.concat([answer, Buffer.from([192, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1])]), port, address);
});
socket.bind(53, "127.0.0.1");`;
