import type { DevServer, ServerFlag } from "./dev-server.ts";
import { findEnvMode } from "./find-env-mode.ts";
import { findServer } from "./find-server.ts";
import type { CallableScripts } from "./read-script-call.ts";
import { serverVariables } from "./server-variables.ts";

/** What {@link planCommand} plans for. */
export interface PlanCommandOptions extends Partial<CallableScripts> {
  /** Where the process is to listen. */
  readonly port: number;
  /** The address it is to listen on. @default "127.0.0.1" */
  readonly host?: string;
  /** The domains whose hostnames it is to answer, the first one first. @default [] */
  readonly domains?: readonly string[];
  /** Where the proxy in front answers HTTP, for servers that tell it to browsers. @default nobody knows */
  readonly proxyPort?: number;
  /** Whose shell reads the command. @default process.platform */
  readonly platform?: NodeJS.Platform;
}

/** A command that listens where it is told to, as far as its server can be told. */
export interface PlannedCommand {
  /** The command line for the shell: the one that was given, with flags added. */
  readonly command: string;
  /** Variables that are set beside those of the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The server that was recognised; `null`: none that needs more than variables. */
  readonly server: string | null;
}

/**
 * Plans how a command is told its port and address: by `PORT` and `HOST`, by the variables of servers that have others,
 * and by flags where its server is known to need them, also through the scripts of `package.json`, of another
 * package of the workspace too. Pure.
 *
 * Words are only ever added, and only where the server takes them; of a command that is more than a list of simple
 * commands nothing is changed. A `--host` that is there stays; a `--port` too, unless the later of two counts.
 *
 * @example
 * ```ts
 * const { command, server } = planCommand("npm run dev", { port: 49173, scripts: { dev: "tsc && vite" } });
 * command; //=> "npm run dev -- --port 49173 --host 127.0.0.1"
 * server; //=> "Vite"
 * ```
 */
export function planCommand(command: string, options: PlanCommandOptions): PlannedCommand {
  const { port, host = "127.0.0.1", domains = [], proxyPort, scripts = {}, packages = [] } = options;
  const { platform = process.platform } = options;
  const dotted = domains.map((domain) => `.${domain}`);
  const main = dotted.find((domain) => !domain.endsWith(".localhost")) ?? dotted[0] ?? "";
  const values = { port: String(port), host, domain: main, domains: dotted.join(","), proxyPort: `${proxyPort ?? ""}` };
  const variables = serverVariables.map(({ name, value }) => [name, fill(value, values)] as const);
  const callable = { scripts, packages };
  const env = {
    ...Object.fromEntries(variables.filter(([, value]) => value !== "")),
    ...findEnvMode(command, callable),
  };
  const found = findServer(command, callable);
  if (found === null) return { command, env, server: null };

  const { server, words, position, lead } = found;
  const isKnown = ({ words: added }: ServerFlag): boolean => proxyPort !== undefined || !added.includes("{proxyPort}");
  const flags = server.flags.filter((flag) => isKnown(flag) && isWanted(flag, server, words));
  const added = flags.flatMap((flag) => flag.words.map((word) => fill(word, values)));
  const allowed = server.domainFlag === undefined ? [] : dotted.flatMap((domain) => [server.domainFlag ?? "", domain]);
  const more = [...added, ...allowed].map((word) => quoteWord(word, platform));
  return {
    command: more.length === 0 ? command : insert(command, position, [...lead, ...more]),
    env: { ...env, ...server.env },
    server: server.name,
  };
}

function isWanted(flag: ServerFlag, server: DevServer, words: readonly string[]): boolean {
  const isSaid = flag.names.some((name) => words.some((word) => saysFlag(word, name)));
  return !isSaid || (server.repeated === "last" && flag.words.some((word) => word.includes("{port}")));
}

/** `--port 3000`, `--port=3000` and `-p3000`; Django has its address without any flag. */
function saysFlag(word: string, name: string): boolean {
  if (name === "{address}") return /^(?:.+:)?\d+$/.test(word);
  return (
    word === name ||
    word.startsWith(`${name}=`) ||
    (!name.startsWith("--") && /^-\w\d/.test(word) && word.startsWith(name))
  );
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function insert(line: string, position: number, words: readonly string[]): string {
  return `${line.slice(0, position)} ${words.join(" ")}${line.slice(position)}`;
}

/** A word as the shell gives it back: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02 */
function quoteWord(word: string, platform: NodeJS.Platform): string {
  if (/^[\w./:,=@+-]+$/.test(word)) return word;
  return platform === "win32" ? `"${word.replaceAll('"', '""')}"` : `'${word.replaceAll("'", "'\\''")}'`;
}
