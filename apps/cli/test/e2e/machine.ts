import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { type CliRun, engineAnswers } from "./harness.ts";

const script = resolve(import.meta.dirname, "../../../../.ci/test-machine");

/** What resolves names on a machine; `.ci/test-machine` says more. */
export type MachineKind = "systemd-resolved" | "dnsmasq" | "networkmanager" | "hosts";

/** Who runs a script: `dev` is an ordinary user who may use Docker. */
export type User = "root" | "dev";

/** One domain in `dns status --json`. */
export interface DomainReport {
  readonly kind: string;
  readonly domain: string;
  readonly port: number | null;
  readonly state: string;
  readonly reason: string | null;
  readonly fix: string | null;
}

/** What programs find for a name. */
export interface Found {
  readonly addresses: readonly string[];
  readonly ms: number;
}

/** A machine with a real systemd and a resolver that tests may change, on a root file system of its own. */
export interface Machine {
  /** Runs a shell script in it, at most two minutes long. */
  sh(text: string, user?: User): Promise<CliRun>;
  /** Runs a shell script in it that has to succeed, and gives what it printed. */
  must(text: string, user?: User): Promise<string>;
  /** The state of cspace.local, as `cspace dns status --json` tells it. */
  status(user?: User): Promise<DomainReport>;
  /** Every file, folder and link below `/etc`: type, mode, owner and content, but no times. */
  etc(): Promise<string>;
  /** The addresses of a name as programs find it, none when it is not found, and how long the fastest of three took. */
  find(name: string): Promise<Found>;
  /** The same for names under a domain that no cache has seen. */
  findNew(domain: string): Promise<Found>;
  /** Starts a Docker Engine in it. */
  engine(): Promise<void>;
  /** Ends it and removes all of it. */
  stop(): Promise<void>;
}

/** A name as cspace builds it. */
export const sampleName = "dev.mercury.resume-redux.cspace.local";

/**
 * Whether machines can be had here: root, namespaces, packages of Debian's, and an engine that their images come from.
 * Tests that need one are skipped by name.
 */
export const machinesRun: boolean = (() => {
  if (process.getuid?.() !== 0 || !engineAnswers) return false;
  try {
    execFileSync(script, ["provide"], { stdio: ["ignore", "ignore", "inherit"], timeout: 300_000 });
    return true;
  } catch {
    return false;
  }
})();

/** Boots a machine. */
export async function startMachine(kind: MachineKind): Promise<Machine> {
  const folder = join(mkdtempSync("/run/cspace-machine-"), "machine");
  const call = (...args: string[]): Promise<CliRun> =>
    new Promise((done) => {
      execFile(script, args, { timeout: 130_000, maxBuffer: 64 * 2 ** 20 }, (error, out, err) => {
        done({ code: error === null ? 0 : typeof error.code === "number" ? error.code : null, out, err });
      });
    });
  const expectDone = ({ code, out, err }: CliRun, what: string): string => {
    if (code !== 0) throw new Error(`${what} exited ${code}:\n${out}\n${err}`);
    return out;
  };
  const started = await call("start", folder, kind);
  if (started.code !== 0) await call("stop", folder);
  expectDone(started, `start of ${kind}`);
  const sh: Machine["sh"] = (text, user = "root") =>
    call("run", folder, "--", ...(user === "root" ? [] : become(user)), "bash", "-c", text);
  const must: Machine["must"] = async (text, user) => expectDone(await sh(text, user), text);
  const find: Machine["find"] = async (name) => {
    const out = await must(
      `for _ in 1 2 3; do name=${name}; begin=$(date +%s%N); found=$(getent ahosts "$name"); echo $((($(date +%s%N) - begin) / 1000)); done
      echo "$found"`,
    );
    const [first, second, third, ...lines] = out.trimEnd().split("\n");
    return {
      ms: Math.min(...[first, second, third].map(Number)) / 1000,
      addresses: [...new Set(lines.map((line) => line.split(" ", 1)[0] ?? ""))].filter((address) => address !== ""),
    };
  };
  return {
    sh,
    must,
    status: async (user) => {
      const { resolvers } = JSON.parse(await must("cspace dns status --json", user));
      return resolvers.find(({ domain }: DomainReport) => domain === "cspace.local");
    },
    etc: () =>
      must(
        String.raw`cd /etc; find . -printf '%p %y %m %u:%g %l\n' | sort; find . -type f -print0 | sort -z | xargs -0 sha256sum`,
      ),
    find,
    findNew: (domain) => find(`$(cat /proc/sys/kernel/random/uuid).${domain}`),
    engine: async () => {
      expectDone(await call("engine", folder), "the engine");
    },
    stop: async () => {
      expectDone(await call("stop", folder), "stop");
      execFileSync("rmdir", [resolve(folder, "..")]);
    },
  };
}

function become(user: User): string[] {
  const home = `/home/${user}`;
  return [
    ...["setpriv", `--reuid=${user}`, `--regid=${user}`, "--init-groups"],
    ...["env", "-C", home, `HOME=${home}`, `USER=${user}`, `LOGNAME=${user}`],
  ];
}

/** Lets the ordinary user use sudo: without a password, with one that nobody can type here, or not at all. */
export function sudoers(how: "free" | "password" | "none"): string {
  const line = { free: "dev ALL=(ALL) NOPASSWD: ALL", password: "dev ALL=(ALL) ALL", none: "" }[how];
  return `echo '${line}' >/etc/sudoers.d/dev && chmod 440 /etc/sudoers.d/dev`;
}

/**
 * A `sudo` in front of the real one that meets a fault at one call: `kill` kills cspace there, after half of its input
 * was written if it writes; `deny` refuses this call, `deny-on` this and all that follow.
 */
export const installFaults = `mkdir -p /opt/fault && cat >/opt/fault/sudo <<'SCRIPT' && chmod 755 /opt/fault/sudo
#!/bin/sh
call=$(($(cat "$FAULT_COUNT" 2>/dev/null || echo 0) + 1))
echo "$call" >"$FAULT_COUNT"
case $FAULT in
  deny-on) [ "$call" -lt "$FAULT_AT" ] || FAULT=deny ;;
  *) [ "$call" = "$FAULT_AT" ] || FAULT= ;;
esac
case $FAULT in
  kill)
    case " $* " in *' tee '*) head -c 30 | /usr/bin/sudo "$@" ;; esac
    kill -9 "$PPID"
    exit 1 ;;
  deny) echo 'sudo: a password is required' >&2; exit 1 ;;
esac
exec /usr/bin/sudo "$@"
SCRIPT`;

/** What keeps `/etc` from being written, and how it is taken away again. */
export const obstacles = {
  "a read-only /etc": { set: "mount --bind /etc /etc && mount -o remount,bind,ro /etc", clear: "umount /etc" },
  "a full disk": { set: fullDisk(0), clear: "umount /etc" },
  "a disk that fills up half-way": { set: fullDisk(4), clear: "umount /etc" },
} as const;

/** A small file system with a copy of /etc in it, filled up but for some KiB. */
function fullDisk(left: number): string {
  return `mount -t tmpfs -o size=64m tmpfs /mnt && cp -a /etc/. /mnt && mount --move /mnt /etc &&
    dd if=/dev/zero of=/etc/filler bs=4k 2>/dev/null; truncate -s $(($(stat -c %s /etc/filler) - ${left} * 1024)) /etc/filler`;
}

const faults = { kill: "killed at", deny: "denied", "deny-on": "and all after it denied" } as const;

/**
 * Tests that install and uninstall, as an ordinary user, lose nothing of the user's by a fault at any of their privileged
 * commands, and that the next run mends what is left. Needs {@link installFaults} and a `sudo` that asks nothing.
 */
export function testFaults(machine: () => Machine, expected: { readonly untouched: () => string }): void {
  for (const command of ["install", "uninstall"]) {
    for (const [fault, words] of Object.entries(faults)) {
      test(`${command} with each of its privileged commands ${words}, in turn`, { timeout: 240_000 }, async () => {
        const { must, sh, etc, find } = machine();
        let at = 1;
        for (; ; at++) {
          await must("systemctl reset-failed");
          if (command === "uninstall") await must("cspace dns install --yes", "dev");
          const { code, out, err } = await sh(
            // A home of its own spares the next run the wait for what a killed one has locked.
            `export FAULT=${fault} FAULT_AT=${at} PATH=/opt/fault:$PATH CSPACE_HOME=$(mktemp -d)
            export FAULT_COUNT=$CSPACE_HOME/calls; cspace dns ${command} --yes; code=$?; echo "calls $(cat $FAULT_COUNT)"; exit $code`,
            "dev",
          );
          if (Number(/^calls (\d+)$/m.exec(out)?.[1]) < at) {
            expect(code).toBe(0);
            break;
          }
          expect(code).toBe(fault === "kill" ? 137 : 4);
          if (fault !== "kill") expect(err).toContain("CSPACE_ELEVATION_FAILED");
          if (fault === "deny" && command === "install") expect(await etc()).toBe(expected.untouched());
          expect((await find("other.example")).addresses).toEqual(["192.0.2.7"]);
          const mended = JSON.parse(await must("cspace dns install --yes --json", "dev"));
          expect(mended.resolvers[0]).toMatchObject({ domain: "cspace.local", state: "ok" });
          await must("systemctl reset-failed; cspace dns uninstall --yes", "dev");
          expect(await etc()).toBe(expected.untouched());
        }
        expect(at).toBeGreaterThan(2);
        await must("cspace dns uninstall --yes", "dev");
        expect(await etc()).toBe(expected.untouched());
      });
    }
  }
}

/** Asserts that names of other domains are found, or not, as ever. */
export async function expectOtherNames(machine: Machine): Promise<void> {
  expect((await machine.find("other.example")).addresses).toEqual(["192.0.2.7"]);
  const missing = await machine.find("missing.example");
  expect(missing.addresses).toEqual([]);
  expect(missing.ms).toBeLessThan(1000);
}

/** Asserts that names under cspace.local lead to this machine at once, and all others as ever. */
export async function expectResolved(machine: Machine): Promise<void> {
  expect((await machine.find(sampleName)).addresses).toEqual(["127.0.0.1"]);
  const { addresses, ms } = await machine.findNew("mercury.resume-redux.cspace.local");
  expect(addresses).toEqual(["127.0.0.1"]);
  // Where a question for a name goes on to multicast DNS, it takes seconds.
  expect(ms).toBeLessThan(1000);
  expect((await machine.find("cspace.local")).addresses).toEqual(["127.0.0.1"]);
  await expectOtherNames(machine);
}
