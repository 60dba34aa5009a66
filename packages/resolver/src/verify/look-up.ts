import { randomBytes } from "node:crypto";
import { lookup as systemLookup } from "node:dns/promises";
import { powershell, type RunCommand } from "@cspace/plan";
import { type LookupCommand, lookupCommand } from "@cspace/ports";
import type { ResolverKind } from "../resolver-state.ts";

/** What the system's resolver said of a name. */
export interface LookUp {
  /** Empty when the name was not found. */
  readonly addresses: readonly string[];
  /** How long it took. */
  readonly ms: number;
  /** Whether it was given up. */
  readonly timedOut: boolean;
}

/** Options of {@link lookUp}. */
export interface LookUpOptions {
  readonly kind: ResolverKind;
  readonly run: RunCommand;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks for both kinds of address the way programs ask, so that everything the system puts before and around DNS has its
 * say: `getent ahosts` (getaddrinfo), `dscacheutil` (macOS), `Resolve-DnsName` (Windows).
 */
export async function lookUp(hostname: string, options: LookUpOptions): Promise<LookUp> {
  const { kind, run, timeoutMs, signal } = options;
  const { file, args, parse } = commandOf(kind, hostname);
  const begin = performance.now();
  try {
    const { stdout } = await run(file, args, { timeoutMs, signal });
    const ms = performance.now() - begin;
    return { addresses: [...new Set(parse(stdout)[0])], ms, timedOut: ms >= timeoutMs };
  } catch (error) {
    const isMissing = ["ENOENT", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "");
    if (!isMissing || file !== "getent") throw error;
    return lookUpByNode(hostname, begin);
  }
}

/** A name that no cache has seen, of more than two labels: some resolvers treat shorter ones under `.local` apart. */
export function freshName(domain: string): string {
  return `c${randomBytes(6).toString("hex")}.check.${domain}`;
}

function commandOf(kind: ResolverKind, name: string): LookupCommand {
  if (kind !== "nrpt") return lookupCommand(kind === "macos" ? "darwin" : "linux", [name]);
  const script = `Resolve-DnsName -Name '${name}' -ErrorAction SilentlyContinue | ForEach-Object { $_.IPAddress }`;
  return { ...powershell(script), parse: (text) => [text.split("\n").flatMap((line) => line.trim() || [])] };
}

/** The C library's own lookup, where there is no `getent`. */
async function lookUpByNode(hostname: string, begin: number): Promise<LookUp> {
  const found = await systemLookup(hostname, { all: true }).catch(() => []);
  return { addresses: found.map(({ address }) => address), ms: performance.now() - begin, timedOut: false };
}
