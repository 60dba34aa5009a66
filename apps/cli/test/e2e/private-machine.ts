import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { bin, type CliRun, type Sandbox } from "./harness.ts";

/** Whether programs may be run with an `/etc` of their own: Linux, root, and not confined. */
export const canHideEtc: boolean =
  process.platform === "linux" &&
  spawnSync("unshare", ["-m", "-p", "-f", "--mount-proc", "mount", "--make-rprivate", "/"]).status === 0;

/** Whether there is util-linux's `script`, which runs a program on a terminal. */
export const hasScript: boolean =
  spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false;

/** A command line that runs on a private machine. */
export interface PrivateRun {
  /** What it printed so far; on a terminal both streams in one. */
  readonly text: { out: string; err: string };
  readonly type: (keys: string) => void;
  readonly ended: Promise<CliRun>;
}

/** Options of a run. */
export interface PrivateRunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it runs on a terminal, 200 columns wide. @default false */
  readonly terminal?: boolean;
  /** Runs it as an ordinary user. @default as root */
  readonly uid?: number;
  /** All of its standard input. @default "" */
  readonly input?: string;
  /** Runs Node alone, so the arguments are Node's. @default false */
  readonly bare?: boolean;
}

/** This machine with another `/etc`, and another resolver. */
export interface PrivateMachine {
  readonly etc: string;
  /** Everything in `/etc` by its path, with its mode and content. */
  files(): Record<string, string>;
  start(args: readonly string[], options: PrivateRunOptions): PrivateRun;
  cspace(cwd: string, ...args: string[]): Promise<CliRun>;
  json<T = Record<string, unknown>>(cwd: string, ...args: string[]): Promise<T>;
  /** Runs a shell command. */
  shell(command: string): string;
  /** The addresses that the C library finds for a name. */
  addressesOf(hostname: string): string[];
}

/** What programs need of the real one. */
const copied = ["passwd", "group", "ld.so.cache", "localtime"];

/** Runs a command of a private machine: with its `/etc`, seeing no process but its own. */
const enter = ["-m", "-p", "-f", "--kill-child", "--mount-proc", "sh", "-c"] as const;

/**
 * Makes a machine whose `/etc` is a folder of the sandbox. With `dnsmasq` it asks 127.0.0.1 for names, where the proxy's
 * DNS may listen, and a program called dnsmasq runs, which does nothing: so cspace chooses dnsmasq, and its rule is
 * followed as soon as the proxy runs. Without it `/etc/hosts` is all there is.
 */
export function createPrivateMachine(sandbox: Sandbox, { dnsmasq }: { readonly dnsmasq: boolean }): PrivateMachine {
  const etc = join(sandbox.root, "etc");
  const tools = join(etc, "tools");
  chmodSync(sandbox.root, 0o755);
  mkdirSync(join(etc, "dnsmasq.d"), { recursive: true });
  for (const name of copied) {
    if (existsSync(`/etc/${name}`)) copyFileSync(`/etc/${name}`, join(etc, name));
  }
  writeFileSync(join(etc, "hosts"), "127.0.0.1 localhost\n");
  writeFileSync(join(etc, "nsswitch.conf"), `hosts: files${dnsmasq ? " dns" : ""}\n`);
  const server = dnsmasq ? "127.0.0.1" : "192.0.2.1";
  writeFileSync(join(etc, "resolv.conf"), `nameserver ${server}\noptions timeout:1 attempts:1\n`);
  mkdirSync(tools);
  const program = (name: string, script: string): void =>
    writeFileSync(join(tools, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  // In /proc a script has its own name, not that of its shell.
  program("dnsmasq", "while :; do sleep 1; done");
  for (const name of ["service", "systemctl", "rc-service"])
    program(name, 'case "$*" in *dnsmasq*) ;; *) exit 1;; esac');
  const hide = [
    'mount --make-rprivate / && mount --bind "$0" /etc',
    // It has no certificate stores: they would be this machine's.
    "mount -t tmpfs none /usr/local/share",
    "{ [ ! -e /usr/bin/certutil ] || mount --bind /dev/null /usr/bin/certutil; }",
    ...(dnsmasq ? [`{ /etc/tools/dnsmasq -7 /etc/dnsmasq.d </dev/null >/dev/null 2>&1 & }`] : []),
    // The shell stays, since it is the one that the program called dnsmasq is a child of.
    '"$@"',
  ].join(" && ");

  const environment = (change: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      CSPACE_HOME: sandbox.home,
      NO_COLOR: "1",
      TERM: "xterm",
      ...change,
    };
    // It names a file below the real /etc, and Node warns.
    delete env.NODE_EXTRA_CA_CERTS;
    for (const key of Object.keys(env)) if (/^(CSPACE_(?!HOME)|COMPOSE_)/.test(key)) delete env[key];
    return { ...env, PATH: ["/etc/tools", env.PATH].join(delimiter) };
  };
  const start: PrivateMachine["start"] = (args, { cwd, env, terminal = false, uid, input = "", bare = false }) => {
    const user = uid === undefined ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
    const command = [...user, process.execPath, ...(bare ? [] : [bin]), ...args];
    const words = terminal
      ? ["script", "-qefc", `stty cols 200 rows 50; ${command.map((word) => `'${word}'`).join(" ")}`, "/dev/null"]
      : command;
    const child = spawn("unshare", [...enter, hide, etc, ...words], { cwd, env: environment(env), timeout: 60_000 });
    // Whoever ends without reading it closes the pipe.
    child.stdin.on("error", () => {});
    if (!terminal) child.stdin.end(input);
    const text = { out: "", err: "" };
    for (const name of ["out", "err"] as const) {
      child[`std${name}`].setEncoding("utf8").on("data", (chunk: string) => {
        text[name] += chunk;
      });
    }
    const ended = new Promise<CliRun>((done, fail) => {
      child.once("error", fail);
      child.once("close", (code) => done({ code, ...text }));
    });
    return { text, type: (keys) => void child.stdin.write(keys), ended };
  };
  const cspace: PrivateMachine["cspace"] = (cwd, ...args) => start(args, { cwd }).ended;
  return {
    etc,
    files: () => readFiles(etc),
    start,
    cspace,
    json: async (cwd, ...args) => {
      const run = await cspace(cwd, ...args, "--json");
      if (run.code !== 0) throw new Error(`cspace ${args.join(" ")} exited ${run.code}:\n${run.out}\n${run.err}`);
      return JSON.parse(run.out);
    },
    shell: (command) =>
      execFileSync("unshare", [...enter, hide, etc, "sh", "-c", command], { encoding: "utf8", env: environment() }),
    addressesOf: (hostname) => {
      const { stdout } = spawnSync("unshare", [...enter, hide, etc, "getent", "ahosts", hostname], {
        encoding: "utf8",
      });
      return [...new Set(stdout.split("\n").flatMap((line) => line.split(/\s+/)[0] || []))];
    },
  };
}

function readFiles(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => !copied.includes(name) && !name.startsWith("tools"))
      .sort()
      .map((name) => {
        const stats = statSync(join(folder, name));
        const content = stats.isFile() ? readFileSync(join(folder, name), "latin1") : "";
        return [name, `${(stats.mode & 0o7777).toString(8)} ${content}`];
      }),
  );
}
