import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { httpService } from "./harness.ts";
import { installFaults, type Machine, machinesRun, obstacles, startMachine, sudoers, testFaults } from "./machine.ts";

describe.skipIf(!machinesRun)("names in a real /etc/hosts (needs root, Debian, and a Docker engine)", () => {
  let machine: Machine;
  let before: string;
  const name = "dev.mercury.resume-redux.cspace.local";

  beforeAll(async () => {
    machine = await startMachine("hosts");
    await machine.engine();
    await machine.must(`${sudoers("free")}; ${installFaults}; cspace proxy up`);
    await machine.must(
      `mkdir ~/resume-redux && cd ~/resume-redux && cat >compose.yaml <<'YAML' && cspace up mercury
services:
${httpService("dev", [3000], "    expose: ['3000']")}
YAML`,
    );
    await machine.must("cp -a /etc/hosts /run/hosts");
    before = await machine.etc();
  });
  afterAll(() => machine?.stop());
  beforeEach(async () => {
    await machine.must("cspace dns uninstall --yes; cp -a /run/hosts /etc/hosts");
    expect(await machine.etc()).toBe(before);
  });

  const hash = async (): Promise<string> => machine.must("stat -c '%a %u:%g' /etc/hosts; sha256sum </etc/hosts");

  for (const user of ["root", "dev"] as const) {
    test(`install and uninstall, as ${user === "root" ? "root" : "an ordinary user by sudo"}`, async () => {
      expect(await machine.status(user)).toMatchObject({
        kind: "hosts",
        port: null,
        state: "no-rule",
        reason: expect.stringContaining(name),
        fix: "cspace dns install",
      });
      await machine.must("cspace dns install --yes", user);
      expect(await machine.status(user)).toMatchObject({ kind: "hosts", state: "ok" });
      const { addresses, ms } = await machine.find(name);
      expect(addresses).toEqual(["127.0.0.1"]);
      expect(ms).toBeLessThan(1000);
      expect((await machine.find("other.example")).addresses).toEqual(["192.0.2.7"]);
      expect((await machine.find("machine")).addresses).toEqual(["127.0.1.1"]);

      const evidence = "stat -c '%Y %Z %i' /etc/hosts";
      const installed = await machine.must(evidence);
      expect(await machine.must("cspace dns install --yes", user)).toContain("nothing to change");
      expect(await machine.must(evidence)).toBe(installed);

      await machine.must("cspace dns uninstall --yes", user);
      expect(await machine.etc()).toBe(before);
    });
  }

  const files = {
    "no final newline": "printf '127.0.0.1 localhost\\n10.0.0.1 db' >/etc/hosts",
    "CRLF at the ends of lines": "printf '127.0.0.1 localhost\\r\\n10.0.0.1 db\\r\\n' >/etc/hosts",
    "nothing in it": ": >/etc/hosts",
    "10,000 lines": "seq -f '10.0.0.1 host%.0f' 10000 >/etc/hosts",
    "the block of another program":
      "printf '127.0.0.1 localhost\\n# BEGIN other\\n127.0.0.1 other\\n# END other\\n' >/etc/hosts",
    "bytes that are no UTF-8": "printf '127.0.0.1 localhost # caf\\xe9\\n' >/etc/hosts",
    "its own mode and owner": "chmod 664 /etc/hosts; chown dev:docker /etc/hosts",
  };
  for (const [what, prepare] of Object.entries(files)) {
    test(`a file with ${what}: every byte of it stays, and comes back`, async () => {
      await machine.must(prepare);
      const own = await hash();
      const text = await machine.must("base64 -w0 /etc/hosts");
      const run = await machine.sh("cspace dns install --yes", "dev");
      if (what.startsWith("bytes")) {
        // It cannot be shown as a plan, so it is refused by name.
        expect(run).toMatchObject({ code: 1, err: expect.stringContaining("/etc/hosts") });
        expect(await hash()).toBe(own);
        return;
      }
      expect(run.code).toBe(0);
      expect((await machine.find(name)).addresses).toEqual(["127.0.0.1"]);
      const after = Buffer.from(await machine.must("base64 -w0 /etc/hosts"), "base64").toString("latin1");
      expect(after.startsWith(Buffer.from(text, "base64").toString("latin1"))).toBe(true);
      await machine.must("cspace dns uninstall --yes", "dev");
      expect(await hash()).toBe(own);
    });
  }

  test("what somebody adds below the block stays when it goes", async () => {
    await machine.must("cspace dns install --yes; echo '10.0.0.9 later' >>/etc/hosts; cspace dns uninstall --yes");
    expect(await machine.must("cat /etc/hosts")).toBe(`${await machine.must("cat /run/hosts")}10.0.0.9 later\n`);
  });

  test("a block that somebody edited is refused by name, and stays", async () => {
    await machine.must("cspace dns install --yes; sed -i '/mercury/d; $d' /etc/hosts");
    const edited = await hash();
    const run = await machine.sh("cspace dns install --yes");
    expect(run).toMatchObject({ code: 1, err: expect.stringContaining("/etc/hosts") });
    expect(await hash()).toBe(edited);
  });

  test("a link stays a link, and the file that it names is changed", async () => {
    await machine.must("mkdir -p /etc/real; mv /etc/hosts /etc/real/hosts; ln -s real/hosts /etc/hosts");
    const own = await machine.etc();
    await machine.must("cspace dns install --yes", "dev");
    expect(await machine.must("readlink /etc/hosts")).toBe("real/hosts\n");
    expect((await machine.find(name)).addresses).toEqual(["127.0.0.1"]);
    await machine.must("cspace dns uninstall --yes", "dev");
    expect(await machine.etc()).toBe(own);
    await machine.must("mv -f /etc/real/hosts /etc/hosts; rmdir /etc/real");
  });

  test("the commands that are printed for a person do what --yes does", async () => {
    await machine.must("printf '127.0.0.1 localhost\\n10.0.0.1 it'\"'\"'s %%b \\\\\\\\n # \"$HOME\" `x`' >/etc/hosts");
    const own = await hash();
    const { code, out } = await machine.sh("cspace dns install --json", "dev");
    expect(code).toBe(4);
    await machine.must(["set -e", ...JSON.parse(out).commands].join("\n"), "dev");
    const byHand = await hash();
    const removal = await machine.sh("cspace dns uninstall --json", "dev");
    await machine.must(["set -e", ...JSON.parse(removal.out).commands].join("\n"), "dev");
    expect(await hash()).toBe(own);
    await machine.must("cspace dns install --yes", "dev");
    expect(await hash()).toBe(byHand);
  });

  const mounted = { set: "mount --bind /etc/hosts /etc/hosts", clear: "umount /etc/hosts" };
  for (const [what, { set, clear }] of Object.entries({
    ...obstacles,
    "an /etc/hosts that is a mount point": mounted,
  })) {
    test(`${what}: a clear error, and the old file is whole`, async () => {
      await machine.must("seq -f '10.0.0.1 a-host-of-its-own-with-a-long-name-%.0f' 86 >/etc/hosts");
      await machine.must(set);
      try {
        const own = await machine.etc();
        const run = await machine.sh("cspace dns install --yes", "dev");
        expect(run.code).toBe(1);
        expect(run.err).toMatch(/^error .*\/etc\/(\.?hosts\b|hosts)/m);
        expect(run.err).not.toContain("CSPACE_UNEXPECTED");
        expect(await machine.etc()).toBe(own);
        expect((await machine.find("a-host-of-its-own-with-a-long-name-86")).addresses).toEqual(["10.0.0.1"]);
      } finally {
        await machine.must(clear);
      }
    });
  }

  test("Ctrl-C where sudo asks for the password: asked once, exit 130, and nothing is changed", async () => {
    await machine.must(sudoers("password"));
    try {
      const own = await hash();
      const run = await machine.sh(
        `shown=~/shown; touch $shown; (until grep -q 'password for dev' $shown; do sleep 0.1; done; printf '\\003'; sleep 2) |
          script -qefc 'cspace dns install --yes' $shown`,
        "dev",
      );
      expect(run).toMatchObject({ code: 130, out: expect.stringContaining("(CSPACE_INTERRUPTED)") });
      expect(run.out.match(/password for dev/g)).toHaveLength(1);
      expect(await hash()).toBe(own);
    } finally {
      await machine.must(sudoers("free"));
    }
  });

  test("ups at the same time, beside an install, never write it, and each says in one line which of its names are missing", async () => {
    const instances = ["venus", "earth", "mars"];
    const upAll = `cd ~/resume-redux; for i in ${instances.join(" ")}; do cspace up $i >/run/up-$i 2>&1 & done`;
    const notes = async (): Promise<string[]> =>
      Promise.all(instances.map((instance) => machine.must(`grep ^note /run/up-${instance}`)));
    const own = await hash();
    await machine.must(`${upAll}; wait`);
    expect(await hash()).toBe(own);
    for (const note of await notes()) {
      expect(note).toBe(
        "note   names under cspace.local are not found on this machine; once, to change that: cspace init\n",
      );
    }
    await machine.must(
      "cd ~/resume-redux; for i in venus earth mars; do cspace down $i; done; cspace dns install --yes",
    );
    const installed = await hash();
    await machine.must(`${upAll}; wait`);
    expect(await hash()).toBe(installed);
    for (const [index, note] of (await notes()).entries()) {
      const missing = `dev.${instances[index]}.resume-redux.cspace.local`;
      expect(note).toBe(`note   a name is missing in /etc/hosts (${missing}): cspace dns install\n`);
    }
    await machine.must(`${upAll}; cspace dns install --yes; wait`);
    expect((await machine.must("grep cspace /etc/hosts")).split("\n")).toHaveLength(7);
    for (const instance of [...instances, "mercury"]) {
      expect((await machine.find(`dev.${instance}.resume-redux.cspace.local`)).addresses).toEqual(["127.0.0.1"]);
    }
    await machine.must("cd ~/resume-redux; for i in venus earth mars; do cspace down $i; done");
  });

  test("installs at the same time give one block", async () => {
    await machine.must(
      'for i in 1 2 3 4; do cspace dns install --yes & all="$all $!"; done; for one in $all; do wait $one || exit; done',
    );
    expect(await machine.must(`grep -c ${name} /etc/hosts`)).toBe("1\n");
    await machine.must("cspace dns uninstall --yes");
    expect(await machine.etc()).toBe(before);
  });

  testFaults(() => machine, { untouched: () => before });
});
