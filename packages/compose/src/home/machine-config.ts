import { readFile, stat } from "node:fs/promises";
import { CspaceError } from "@cspace/errors";
import { defaultDomains, parseDomain } from "@cspace/hostnames";
import { type FileState, type PlanStep, planFile, readFileState, writeFileAtomic } from "@cspace/plan";
import type { ComposeErrorCode } from "../errors.ts";
import { parsePool } from "../networks/subnets.ts";
import { isNewer, newerVersion } from "../newer-version.ts";
import type { HomePaths } from "./home-paths.ts";
import { homeUnusable, makeFolder } from "./with-lock.ts";

/** The machine's settings, `config.json` in cspace's home. */
export interface MachineConfig {
  /** What this machine serves, in order. @default ["cspace.local", "cspace.localhost"] */
  readonly domains: readonly string[];
  /** The proxy's HTTP port, once one was chosen. @default the first free of 80, 8088, 8880, 9088 */
  readonly httpPort: number | null;
  /** The proxy's HTTPS port, once one was chosen. @default the first free of 443, 8443, 9443, 10443 */
  readonly httpsPort: number | null;
  /** The proxy's DNS port, once one was chosen. @default the first free of 53, 5300, 5301 */
  readonly dnsPort: number | null;
  /** Where cspace takes the subnets of its networks from, in CIDR notation. @default "10.213.0.0/16" */
  readonly networkPool: string;
  /** How long nobody uses an instance until it goes to sleep, where its project says nothing: `30m`, `2h`, `never`. @default never */
  readonly idle: string | null;
}

/** The version of the files in cspace's home; one that changes them in a way that this one cannot read says so in `spec`. */
const homeSpec = "1";

/** The settings of a machine that has no `config.json`. */
export const defaultMachineConfig: MachineConfig = {
  domains: defaultDomains,
  httpPort: null,
  httpsPort: null,
  dnsPort: null,
  networkPool: "10.213.0.0/16",
  idle: null,
};

/**
 * Reads the machine's settings; a missing file means the defaults, a corrupt one is an error and never the defaults.
 *
 * @throws {CspaceError} `CSPACE_CONFIG_INVALID`, naming the file and every mistake in it; `CSPACE_HOME_UNWRITABLE` when
 * this user may not read it; `CSPACE_VERSION_NEWER` for a home that a newer version has changed.
 */
export async function readMachineConfig(paths: HomePaths): Promise<MachineConfig> {
  let text: string;
  try {
    // What is no file may never end.
    if (!(await stat(paths.config)).isFile()) throw invalid(paths.config, ["it is no file"]);
    text = await readFile(paths.config, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return defaultMachineConfig;
    throw code === "EACCES" || code === "ENOTDIR" ? homeUnusable(paths.home, error) : error;
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw invalid(paths.config, [(cause as Error).message], cause);
  }
  if (typeof data !== "object" || data === null || Array.isArray(data))
    throw invalid(paths.config, ["it is no object"]);
  if (isNewer((data as { spec?: unknown }).spec, homeSpec)) throw newerVersion(paths.home);
  const issues: string[] = [];
  const fields = data as Partial<Record<keyof MachineConfig, unknown>>;
  const take = <T>(key: keyof MachineConfig, fallback: T, check: (value: unknown) => T): T => {
    if (fields[key] === undefined || fields[key] === null) return fallback;
    try {
      return check(fields[key]);
    } catch (error) {
      issues.push(`${key}: ${(error as Error).message}`);
      return fallback;
    }
  };
  const config: MachineConfig = {
    domains: take("domains", defaultMachineConfig.domains, checkDomains),
    httpPort: take("httpPort", null, checkPort),
    httpsPort: take("httpsPort", null, checkPort),
    dnsPort: take("dnsPort", null, checkPort),
    idle: take("idle", null, checkIdle),
    networkPool: take("networkPool", defaultMachineConfig.networkPool, (value) => parsePool(String(value)).cidr),
  };
  if (issues.length > 0) throw invalid(paths.config, issues);
  return config;
}

/**
 * The step that changes the machine's settings and keeps every other field of the file, known or not; `undefined` when
 * nothing would change. Pure; the file is a valid one, as {@link readMachineConfig} tells.
 *
 * A port that is set to `null` is forgotten.
 */
export function planMachineConfig(file: FileState, change: Partial<MachineConfig>): PlanStep | undefined {
  const existing = file.kind === "file" ? (JSON.parse(file.content) as Record<string, unknown>) : {};
  const merged = Object.entries({ ...existing, ...change }).filter(([, value]) => value !== null);
  return planFile(file, `${JSON.stringify(Object.fromEntries(merged), null, 2)}\n`, { mode: 0o600 });
}

/** Writes changed settings, see {@link planMachineConfig}. */
export async function writeMachineConfig(paths: HomePaths, change: Partial<MachineConfig>): Promise<MachineConfig> {
  await readMachineConfig(paths);
  const step = planMachineConfig(await readFileState(paths.config), change);
  await makeFolder(paths.home);
  if (step?.after != null) await writeFileAtomic(paths.config, step.after, { mode: 0o600 });
  return readMachineConfig(paths);
}

function checkDomains(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) throw new Error("must be a list of one domain or more");
  return [...new Set(value.map((domain) => parseDomain(String(domain))))];
}

function checkIdle(value: unknown): string {
  if (typeof value === "string" && /^([1-9][0-9]{0,4}[smh]|never)$/.test(value)) return value;
  throw new Error('must be a time ("90s", "30m", "2h") or "never"');
}

function checkPort(value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535) return value as number;
  throw new Error("must be a whole number from 1 to 65535");
}

function invalid(file: string, issues: readonly string[], cause?: unknown): CspaceError<ComposeErrorCode> {
  return new CspaceError("CSPACE_CONFIG_INVALID", `${file} is not valid: ${issues.join("; ")}`, {
    hint: `mend it, or remove it to go back to the defaults: rm ${file}`,
    cause,
  });
}
