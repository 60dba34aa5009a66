import { CspaceError } from "@cspace/errors";
import type { Options as ExecaOptions } from "execa";
import type { ComposeErrorCode } from "../errors.ts";
import { userHome } from "../home/user-home.ts";
import { findComposePlugin } from "./find-compose-plugin.ts";

/** What one run of Compose needs beside its arguments. */
export interface RunComposeOptions {
  /** The folder it runs in. */
  readonly cwd: string;
  /** Variables added to the environment of every run. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Ends the run after so many milliseconds, with `CSPACE_WAIT_TIMEOUT`. @default no bound */
  readonly timeoutMs?: number;
  /** Whether the run only reads files, so that it needs Compose's program alone. @default false */
  readonly readsOnly?: boolean;
  /** Receives Compose's progress, line by line. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Runs `docker compose` with arguments and gives its standard output. */
export type RunCompose = (args: readonly string[], options: RunComposeOptions) => Promise<string>;

/** Options of {@link createComposeRunner}. */
export interface CreateComposeRunnerOptions {
  /** The engine's endpoint, as `resolveEndpoint` gives it. */
  readonly endpoint: string;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

/** The oldest Compose that understands the `!override` and `!reset` tags of cspace's overrides. */
export const oldestCompose = "2.24.0";

/**
 * The environment for runs of Compose against one endpoint, without the variables that would change what it works on:
 * `COMPOSE_FILE`, `COMPOSE_PROJECT_NAME`, `DOCKER_CONTEXT`.
 */
export function composeEnvironment({ endpoint, env = process.env }: CreateComposeRunnerOptions): NodeJS.ProcessEnv {
  const left = ["COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "DOCKER_CONTEXT"];
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !left.includes(name))),
    DOCKER_HOST: endpoint,
  };
}

/**
 * Makes the function that runs Docker Compose against one endpoint.
 *
 * @example
 * ```ts
 * const compose = createComposeRunner({ endpoint: "unix:///var/run/docker.sock" });
 * await compose(["version", "--short"], { cwd: "/" }); //=> "5.6.1"
 * ```
 */
export function createComposeRunner(options: CreateComposeRunnerOptions): RunCompose {
  const { endpoint, env = process.env } = options;
  const base = composeEnvironment({ endpoint, env });
  return async (args, { cwd, env: added = {}, signal, timeoutMs, readsOnly = false, onLine }) => {
    const settings = {
      cwd,
      // `COMPOSE_IGNORE_ORPHANS`, also in the project's `.env`, makes Compose refuse `--remove-orphans`.
      env: {
        ...base,
        ...added,
        COMPOSE_MENU: "0",
        COMPOSE_ANSI: "never",
        COMPOSE_IGNORE_ORPHANS: "0",
      },
      extendEnv: false,
      stdin: "ignore",
      reject: false,
      forceKillAfterDelay: 2000,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    } as const satisfies ExecaOptions;
    // Loaded on first use: most callers only ask the engine.
    const { execa } = await import("execa");
    const plugin = readsOnly ? findComposePlugin(env, userHome() ?? "/") : undefined;
    const child =
      plugin === undefined ? execa("docker", ["compose", ...args], settings) : execa(plugin, args, settings);
    if (onLine !== undefined) {
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        for (const line of chunk.split("\n")) if (line.trim() !== "") onLine(line.trim());
      });
    }
    const result = await child;
    signal?.throwIfAborted();
    if (result.exitCode === 0) return result.stdout;
    throw explainCompose(args, result);
  };
}

/**
 * Asserts that Compose is there and new enough.
 *
 * @throws {CspaceError} `CSPACE_COMPOSE_MISSING` or `CSPACE_COMPOSE_OLD`.
 */
export async function requireCompose(compose: RunCompose, cwd: string): Promise<string> {
  const version = (await compose(["version", "--short"], { cwd })).trim().replace(/^v/, "");
  if (isOlder(version, oldestCompose)) {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_COMPOSE_OLD",
      `Docker Compose ${version} is too old: ${oldestCompose} or newer is needed`,
      { hint: "update it: https://docs.docker.com/compose/install/" },
    );
  }
  return version;
}

/** Whether one dotted version is older than another; anything behind a dash is ignored. */
export function isOlder(version: string, than: string): boolean {
  const parts = (text: string): number[] => (text.split("-")[0] ?? "").split(".").map(Number);
  const [a, b] = [parts(version), parts(than)];
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

interface ComposeResult {
  readonly exitCode?: number | undefined;
  readonly stderr?: string | undefined;
  readonly code?: string | undefined;
  readonly timedOut: boolean;
}

function explainCompose(args: readonly string[], result: ComposeResult): CspaceError<ComposeErrorCode> {
  const stderr = (result.stderr ?? "").trim();
  const command = args.find((arg, index) => !arg.startsWith("-") && !args[index - 1]?.startsWith("-")) ?? "";
  if (result.code === "ENOENT") {
    return new CspaceError("CSPACE_COMPOSE_MISSING", "there is no docker command, which runs Docker Compose", {
      hint: "install it: https://docs.docker.com/engine/install/",
    });
  }
  // Without the plugin, `docker` takes Compose's flags for its own: it refers to its own help, or exits with 125.
  if (result.exitCode === 125 || /is not a docker command|unknown docker command|'docker --help'/.test(stderr)) {
    return new CspaceError("CSPACE_COMPOSE_MISSING", "Docker Compose is not installed", {
      hint: "install its plugin: https://docs.docker.com/compose/install/",
    });
  }
  if (result.timedOut) {
    return new CspaceError("CSPACE_WAIT_TIMEOUT", `docker compose ${command} did not finish in time`, {
      hint: "see what it waits for: cspace logs",
    });
  }
  const full = /no available IPv4 addresses on this network's address pools: (\S+)/.exec(stderr)?.[1];
  if (full !== undefined) {
    return new CspaceError("CSPACE_NETWORK_POOL_EXHAUSTED", `the network ${full} has no address left`, {
      hint: "remove instances that are not needed: cspace list --all, cspace down <instance>, cspace gc",
      cause: new Error(stderr),
    });
  }
  const image = /^\s*Image (\S+) (?:Error|Warning)/m.exec(stderr)?.[1];
  const what = image === undefined ? `docker compose ${command} failed` : `the image ${image} cannot be had`;
  return new CspaceError("CSPACE_COMPOSE_FAILED", `${what}: ${lastWords(stderr)}`, {
    hint: "these are Compose's own words; mend what they name, then run cspace up again",
    cause: new Error(stderr),
  });
}

function lastWords(stderr: string): string {
  const lines = stderr
    .split("\n")
    .filter(
      (line) => line.trim() !== "" && !/^\s*(Container|Network|Volume|Image) |^time="[^"]*" level=warning /.test(line),
    );
  return lines.slice(-12).join("\n") || "it said nothing";
}
