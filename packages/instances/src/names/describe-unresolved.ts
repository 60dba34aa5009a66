import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { needsNoRule } from "@cspace/hostnames";
import { buildMark } from "@cspace/labels";
import { probeRoute, resolveName } from "@cspace/ports";
import type { Instance, Route } from "../documents.ts";

/** Options of {@link describeUnresolved}. */
export interface DescribeUnresolvedOptions {
  readonly domains: readonly string[];
  /** Where the proxy answers HTTP. */
  readonly proxyPort: number;
  readonly platform: NodeJS.Platform;
  /** The folder that the machine's files are below. @default "/" */
  readonly root?: string;
  /** Whether the system finds a name. @default asks it */
  readonly isFound?: (hostname: string) => Promise<boolean>;
  /** Whether the proxy serves a route of the instance. @default asks it */
  readonly isServed?: (route: Route) => Promise<boolean>;
}

/**
 * One line about the names of the first domain that the system does not find, with the command that mends it;
 * `undefined` when it finds them all, which costs nothing where their URLs are in use.
 */
export async function describeUnresolved(
  instance: Instance,
  options: DescribeUnresolvedOptions,
): Promise<string | undefined> {
  const { domains, proxyPort, platform } = options;
  const { isFound = isLoopback, isServed = (route) => isClaimed(route, instance, proxyPort) } = options;
  // What its own server refuses, no name would mend.
  const doubtful = instance.routes.filter(
    ({ url, hostname, refused }) => hostOf(url) !== hostname && refused.length === 0,
  );
  const found = await Promise.all(
    // A URL under a later domain tells that this one was looked for and not found.
    doubtful.map(({ url, hostname, hostnames }) => !hostnames.includes(hostOf(url)) && isFound(hostname)),
  );
  const lost = doubtful.filter((_, index) => found[index] !== true);
  const [first] = lost;
  if (first === undefined) return undefined;
  const [domain = ""] = domains;
  const missing = await findMissing(lost, options);
  if (missing === "ruled") return `names under ${domain} are not found, though a rule is installed: cspace dns status`;
  if (missing.length > 0) {
    const shown = missing.slice(0, 3).join(", ") + (missing.length > 3 ? ", ..." : "");
    return `${missing.length === 1 ? "a name is" : `${missing.length} names are`} missing in /etc/hosts (${shown}): cspace dns install`;
  }
  const localhost = domains.findIndex(needsNoRule);
  // Of all browsers Safari alone asks the system for *.localhost.
  if (platform === "darwin" && localhost > 0 && first.browserUrl === first.localUrl && (await isServed(first))) {
    const url = `http://${first.hostnames[localhost]}${proxyPort === 80 ? "" : `:${proxyPort}`}`;
    return `Chrome, Firefox and Edge open ${url} as well; Safari needs, once per machine: cspace init`;
  }
  return `names under ${domain} are not found on this machine; once, to change that: cspace init`;
}

function hostOf(url: string | null): string {
  return url === null ? "" : new URL(url).hostname;
}

/** The names that cspace's block of the hosts file lacks, none without a block; `ruled` where another rule is there. */
async function findMissing(
  lost: readonly Route[],
  { domains, platform, root = "/" }: DescribeUnresolvedOptions,
): Promise<readonly string[] | "ruled"> {
  const { readHostsBlock, readRulePort } = await import("@cspace/resolver");
  if (platform === "win32") return [];
  if ((await readRulePort({ domains, platform, root })) !== null) return "ruled";
  try {
    const block = readHostsBlock(await readFile(join(root, "etc/hosts"), "utf8"));
    if (block === undefined) return [];
    const missing = lost.map(({ hostname }) => hostname).filter((hostname) => !block.includes(hostname));
    return missing.length === 0 ? "ruled" : missing;
  } catch (error) {
    // Of a block that is damaged `dns status` tells more.
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? [] : "ruled";
  }
}

/** A resolver that finds these names does so at once. */
async function isLoopback(hostname: string): Promise<boolean> {
  return (await resolveName(hostname, { timeoutMs: 1000 })) === "loopback";
}

async function isClaimed({ label, hostname }: Route, instance: Instance, port: number): Promise<boolean> {
  const mark = buildMark({ label, instance: instance.instance, project: instance.project });
  return (await probeRoute({ hostname, mark, port, timeoutMs: 1000 })).state === "claimed";
}
