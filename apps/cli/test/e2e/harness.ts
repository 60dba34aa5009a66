import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { askDaemon } from "./ask-daemon.ts";
import { runFolderVariable } from "./run-folder.ts";

/** The built command line, as its users run it. */
export const bin: string = resolve(import.meta.dirname, "../../bin/cspace.js");

/** What a run of the command line printed, and how it ended. */
export interface CliRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A throw-away home and folder for one test file; every project in it has its own name. */
export interface Sandbox {
  readonly root: string;
  readonly home: string;
  /** Makes a project folder with these files and gives its path. */
  project(name: string, files: Readonly<Record<string, string>>): string;
  /** Runs cspace in a folder. */
  cspace(cwd: string, ...args: string[]): Promise<CliRun>;
  /** Runs cspace with `--json` and gives its document; fails on another exit code than 0. */
  json<T = Record<string, never> & Record<string, unknown>>(cwd: string, ...args: string[]): Promise<T>;
  /** Runs cspace under another environment. */
  cspaceWith(env: Readonly<Record<string, string>>, cwd: string, ...args: string[]): Promise<CliRun>;
  /** Removes every container, network and volume of this sandbox, the proxy, and the folder. */
  clean(): Promise<void>;
}

/** The prefix of every project of the tests, so that cleaning never touches anything else. */
export const prefix = "e2e-";

/** Projects that must sort before all others have a digit in front of the prefix. */
const owned = `(0-)?${prefix}`;

/** Makes a sandbox in the folder of this run, with which it goes at the latest: where tests are skipped, no hook runs. */
export function createSandbox(): Sandbox {
  const root = mkdtempSync(join(process.env[runFolderVariable] as string, "sandbox-"));
  const home = join(root, "home");
  const base: NodeJS.ProcessEnv = { ...process.env, CSPACE_HOME: home, NO_COLOR: "1" };
  for (const key of Object.keys(base)) if (/^(CSPACE_(?!HOME)|COMPOSE_)/.test(key)) delete base[key];
  const cspaceWith: Sandbox["cspaceWith"] = (env, cwd, ...args) =>
    new Promise((done, fail) => {
      const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...base, ...env }, timeout: 110_000 });
      const text = { out: "", err: "" };
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        text.out += chunk;
      });
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        text.err += chunk;
      });
      child.once("error", fail);
      child.once("close", (code) => done({ code, ...text }));
    });
  const cspace: Sandbox["cspace"] = (cwd, ...args) => cspaceWith({}, cwd, ...args);
  return {
    root,
    home,
    project: (name, files) => {
      const folder = join(root, name);
      mkdirSync(folder, { recursive: true });
      for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
      return folder;
    },
    cspace,
    cspaceWith,
    json: async (cwd, ...args) => {
      const run = await cspace(cwd, ...args, "--json");
      if (run.code !== 0) throw new Error(`cspace ${args.join(" ")} exited ${run.code}:\n${run.out}\n${run.err}`);
      return JSON.parse(run.out);
    },
    clean: async () => {
      await askDaemon(home, "POST", "/stop").catch(() => undefined);
      removeLeftovers();
      // A daemon that was told to end may still be writing.
      await until(20_000, async () => {
        rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
        return true;
      });
    },
  };
}

/** Runs the Docker command line and gives its output. */
export function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", timeout: 60_000, stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** Whether an engine answers; the tests that need one are skipped by name where none does. */
export const engineAnswers: boolean = (() => {
  try {
    docker("info", "--format", "{{.ServerVersion}}");
    return true;
  } catch {
    return false;
  }
})();

/** Removes what tests left, also an earlier run that was killed: the proxy, and all that carries the tests' prefix. */
export function removeLeftovers(): void {
  const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
  const own = new RegExp(`^${owned}`);
  const containers = lines(docker("ps", "-aq", "--filter", `name=^/(cspace-(proxy|dns)$|${owned})`));
  if (containers.length > 0) docker("rm", "-f", "-v", ...containers);
  const networks = lines(docker("network", "ls", "--format", "{{.Name}}")).filter((name) =>
    new RegExp(`^(0--cspace$|(cspace-)?${owned})`).test(name),
  );
  if (networks.length > 0) docker("network", "rm", ...networks);
  const volumes = lines(docker("volume", "ls", "--format", "{{.Name}}")).filter((name) => own.test(name));
  if (volumes.length > 0) docker("volume", "rm", ...volumes);
  const images = lines(docker("images", "--format", "{{.Repository}}:{{.Tag}}")).filter((name) => own.test(name));
  if (images.length > 0) docker("rmi", "-f", ...images);
}

/** A response to one request through the proxy. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly route: string | undefined;
}

/** Sends one request to a port of 127.0.0.1 with a `Host` header. */
export function get(port: number, host: string, path = "/"): Promise<Answer> {
  return new Promise((done, fail) => {
    const sent = request(
      { host: "127.0.0.1", port, path, headers: { host }, timeout: 5000, agent: false },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          body += chunk;
        });
        response.once("end", () => {
          const mark = response.headers["x-cspace-route"];
          done({ status: response.statusCode ?? 0, body: body.trim(), route: Array.isArray(mark) ? mark[0] : mark });
        });
      },
    );
    sent.once("timeout", () => sent.destroy(new Error("no answer in 5 s")));
    sent.once("error", fail);
    sent.end();
  });
}

/** Asks again until `check` gives true; fails with what it last said. */
export async function until(ms: number, check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + ms;
  let last: unknown;
  for (;;) {
    try {
      if (await check()) return;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${ms} ms`, { cause: last });
    await sleep(20);
  }
}

/** A service that answers every request on its ports with its name, its port and its instance. */
export function httpService(name: string, ports: readonly number[], extra = ""): string {
  const folders = ports.map(
    (port) => `mkdir -p /www/${port}; echo ${name}-${port}-$$CSPACE_INSTANCE > /www/${port}/index.html`,
  );
  const servers = ports.map(
    (port, index) => `httpd ${index === ports.length - 1 ? "-f " : ""}-p ${port} -h /www/${port}`,
  );
  return `  ${name}:
    image: busybox:1.37
    init: true
    stop_grace_period: 0s
    command: ["sh", "-c", ${JSON.stringify([...folders, ...servers].join("; "))}]
${extra.replace(/[^\n]$/, "$&\n")}`;
}
