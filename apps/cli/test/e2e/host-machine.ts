import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, onTestFinished } from "vitest";
import { askDaemon, type DaemonAnswer } from "./ask-daemon.ts";
import { bin, until } from "./harness.ts";
import { type RunningCli, signalGroup, startCspace } from "./processes.ts";

/** A route, as `--json` tells it. */
export interface Route {
  readonly label: string;
  readonly url: string | null;
  readonly browserUrl: string | null;
  readonly localUrl: string | null;
  readonly via: string;
  readonly health: string;
  readonly target: { readonly process: string; readonly port: number };
}

/** An instance, as `--json` tells it. */
export interface Instance {
  readonly instance: string;
  readonly engine: string;
  readonly state: string;
  readonly routes: readonly Route[];
}

/** What `up --json` prints. */
export interface UpDocument {
  readonly instance: Instance;
  readonly steps: readonly { readonly name: string; readonly status: string }[];
}

/** A machine without Docker, a new one for each test of a file; what a test starts ends with it. */
export interface HostMachine {
  /** Everything of the test is below it. */
  readonly root: string;
  /** Asks the daemon; `undefined` when there is none. */
  call(method: string, path: string): Promise<DaemonAnswer | undefined>;
  readDaemon(): Promise<DaemonAnswer | undefined>;
  /** Makes a project's directory. */
  project(name: string, files: Readonly<Record<string, string>>): string;
  start(cwd: string, ...args: string[]): RunningCli;
  /** Runs a line of the shell in a terminal of its own, 200 columns wide, as util-linux's script(1) makes one. */
  startInTerminal(line: string, cwd: string): TerminalRun;
  /** Runs another copy of the command line. */
  startOther(program: string, cwd: string, ...args: string[]): RunningCli;
  /** What a command prints with `--json`; fails when the command does. */
  json<Document>(cwd: string, ...args: string[]): Promise<Document>;
}

/** What runs in a terminal. */
export interface TerminalRun {
  /** What it has printed so far. */
  readonly text: () => string;
  readonly type: (keys: string) => void;
}

/** A server that says who it is, and what it was told. */
export const server = (name: string): string => `
import { createServer } from "node:http";
const { PORT, HOST, CSPACE_INSTANCE } = process.env;
createServer((request, response) => response.end(["${name}", CSPACE_INSTANCE, request.headers.host, process.pid].join(" ")))
  .listen(Number(PORT), HOST, () => console.log("${name} listens"));
`;

/** The files of a project that has a dev script. */
export const dev = {
  "package.json": '{ "scripts": { "dev": "node server.mjs" } }',
  "server.mjs": server("dev"),
} as const;

/** Requests a URL as a browser does, which finds every name under `localhost` by itself. */
export function open(url: string | null): Promise<string> {
  const { hostname, port, host } = new URL(url ?? "");
  const address = hostname.endsWith("localhost") ? "127.0.0.1" : hostname;
  return new Promise((done, fail) => {
    const sent = request({ host: address, port: port || 80, headers: { host }, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      response.once("end", () => done(body));
    });
    sent.once("error", fail);
    sent.end();
  });
}

/** To be called once in a test file. */
export function useHostMachine(): HostMachine {
  const roots: string[] = [];
  const running: RunningCli[] = [];
  let root = "";
  const env = (): Record<string, string> => ({ CSPACE_HOME: join(root, "home"), DOCKER_HOST: "unix:///nowhere.sock" });
  const call: HostMachine["call"] = (method, path) => askDaemon(join(root, "home"), method, path);
  const readDaemon = (): ReturnType<typeof call> => call("GET", "/status");

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "cspace-e2e-"));
    roots.push(root);
  });
  afterEach(async () => {
    for (const run of running.splice(0)) signalGroup(run, "SIGKILL");
    if ((await readDaemon()) === undefined) return;
    await call("POST", "/stop");
    await until(10_000, async () => (await readDaemon()) === undefined);
  });
  afterAll(() => {
    for (const folder of roots) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  const startOther = (program: string, cwd: string, ...args: string[]): RunningCli => {
    const run = startCspace(args, { cwd, env: env(), program });
    running.push(run);
    return run;
  };
  const startInTerminal: HostMachine["startInTerminal"] = (line, cwd) => {
    const child = spawn("script", ["-qec", `stty cols 200 rows 50; ${line}`, "/dev/null"], {
      cwd,
      env: { ...process.env, SHELL: "/bin/bash", ...env() },
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    return { text: () => text, type: (keys) => void child.stdin.write(keys) };
  };
  const start = (cwd: string, ...args: string[]): RunningCli => startOther(bin, cwd, ...args);
  return {
    get root() {
      return root;
    },
    call,
    readDaemon,
    project: (name, files) => {
      const folder = join(root, name);
      mkdirSync(folder, { recursive: true });
      for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
      return folder;
    },
    start,
    startInTerminal,
    startOther,
    json: async (cwd, ...args) => {
      const run = start(cwd, ...args, "--json");
      const code = await run.ended;
      if (code !== 0) throw new Error(`cspace ${args.join(" ")} ended with ${code}:\n${run.text.out}\n${run.text.err}`);
      return JSON.parse(run.text.out);
    },
  };
}
