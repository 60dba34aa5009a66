import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type CommandResult, type RunCommand, runCommand } from "@cspace/plan";
import type { FileKind } from "@cspace/resolver";
import { onTestFinished } from "vitest";

/** A folder that looks like a machine's root: `/etc`, and the processes of `/proc` that matter. */
export interface TestMachine {
  readonly root: string;
  readonly platform: NodeJS.Platform;
  /** Runs file tools for real below the folder; the system's own programs are told apart by name and only noted. */
  readonly run: RunCommand;
  /** The programs that were run and are no file tools. */
  readonly calls: string[];
  readonly write: (path: string, text: string) => void;
  /** Every path below `/etc` with its content, mode and link. */
  readonly snapshot: () => Record<string, string>;
}

/** Options of {@link createMachine}. */
export interface TestMachineOptions {
  readonly platform?: NodeJS.Platform;
  /** What `resolvectl dns` says of its global servers. */
  readonly globalServers?: string;
  /** What it says of those of the network. */
  readonly networkServers?: string;
  /** Whether the network's are for names of no domain. @default "yes" */
  readonly defaultRoute?: "yes" | "no";
  readonly systemdVersion?: number;
  /** What PowerShell prints. */
  readonly nrpt?: string;
}

const fileTools = new Set(["cp", "tee", "mv", "rm", "mkdir", "rmdir", "chmod", "chown"]);

/** What makes Linux choose a kind: a resolver that runs, and a server in `resolv.conf`. */
export const linuxMachines: Readonly<
  Record<
    Exclude<FileKind, "macos"> | "hosts",
    { readonly options?: TestMachineOptions; readonly files: Readonly<Record<string, string>> }
  >
> = {
  "systemd-resolved": { files: { "etc/resolv.conf": "nameserver 127.0.0.53\n", ...process_("systemd-resolve", []) } },
  "dns-delegate": {
    options: { systemdVersion: 258 },
    files: { "etc/resolv.conf": "nameserver 127.0.0.53\n", ...process_("systemd-resolve", []) },
  },
  networkmanager: {
    files: {
      "etc/resolv.conf": "nameserver 127.0.0.1\n",
      ...process_("dnsmasq", ["dnsmasq", "--conf-dir=/etc/NetworkManager/dnsmasq.d"]),
    },
  },
  dnsmasq: {
    files: {
      "etc/resolv.conf": "nameserver 127.0.0.1\n",
      ...process_("dnsmasq", ["dnsmasq", "-7", "/etc/dnsmasq.d,.dpkg-dist"]),
    },
  },
  hosts: { files: { "etc/resolv.conf": "nameserver 192.0.2.1\n", "etc/hosts": "127.0.0.1 localhost\n" } },
};

/** A Linux machine of this kind. */
export function createLinux(kind: keyof typeof linuxMachines): TestMachine {
  const { options, files } = linuxMachines[kind];
  const machine = createMachine({ platform: "linux", ...options });
  for (const [path, text] of Object.entries(files)) machine.write(path, text);
  return machine;
}

export function createMachine(options: TestMachineOptions = {}): TestMachine {
  const {
    platform = "linux",
    globalServers = "",
    networkServers = "192.0.2.1",
    defaultRoute = "yes",
    systemdVersion = 252,
    nrpt = "",
  } = options;
  const root = mkdtempSync(join(tmpdir(), "resolver-"));
  onTestFinished(() => {
    execFileSync("chmod", ["-R", "u+rwx", root]);
    rmSync(root, { recursive: true, force: true });
  });
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const folder of ["etc/systemd", "etc/NetworkManager/dnsmasq.d", "etc/dnsmasq.d", "run/systemd/system"]) {
    if (platform === "linux") mkdirSync(join(root, folder), { recursive: true });
  }
  mkdirSync(join(root, "etc"), { recursive: true });
  const calls: string[] = [];
  const run: RunCommand = async (file, args, runOptions): Promise<CommandResult> => {
    if (fileTools.has(file)) return runCommand(file, args, runOptions);
    calls.push([file, ...args].join(" "));
    const words: Readonly<Record<string, string>> = {
      systemctl: `systemd ${systemdVersion} (${systemdVersion}-1)`,
      resolvectl:
        args[0] === "dns"
          ? `Global: ${globalServers}\nLink 2 (eth0): ${networkServers}\nLink 3 (docker0):\n`
          : `Global: yes\nLink 2 (eth0): ${defaultRoute}\nLink 3 (docker0): no\n`,
      "powershell.exe": nrpt,
    };
    return { exitCode: 0, stdout: words[file] ?? "", stderr: "" };
  };
  return { root, platform, run, calls, write, snapshot: () => snapshot(join(root, "etc")) };
}

/** A process that began when the machine did, long before any test. */
function process_(name: string, args: readonly string[]): Record<string, string> {
  return {
    "proc/uptime": "1000000.00 1.00\n",
    "proc/77/comm": `${name}\n`,
    "proc/77/cmdline": args.map((arg) => `${arg}\0`).join(""),
    "proc/77/stat": `77 (${name}) S ${"0 ".repeat(18)}100 0\n`,
  };
}

/** The process was started just now, so it has read what stands there. */
export function restart(machine: TestMachine): void {
  const stat = readFileSync(join(machine.root, "proc/77/stat"), "utf8");
  machine.write("proc/77/stat", stat.replace(/\d+ 0\n$/, "100000010 0\n"));
}

function snapshot(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .sort()
      .map((name) => {
        const path = join(folder, name);
        const stats = lstatSync(path);
        const content = stats.isSymbolicLink()
          ? `-> ${readlinkSync(path)}`
          : stats.isDirectory()
            ? ""
            : readFileSync(path).toString("latin1");
        return [name, `${(stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid} ${content}`];
      }),
  );
}
