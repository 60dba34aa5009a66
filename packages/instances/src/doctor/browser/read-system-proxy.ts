import type { BrowserEvidence } from "@cspace/doctor";
import { type RunCommand, runCommand } from "@cspace/plan";

type Proxy = BrowserEvidence["proxy"];

/** What tells of the desktop's settings, and how it is read. */
const sources: Partial<
  Record<NodeJS.Platform, { readonly command: readonly [string, ...string[]]; readonly parse: (text: string) => Proxy }>
> = {
  linux: { command: ["gsettings", "list-recursively", "org.gnome.system.proxy"], parse: parseGnome },
  darwin: { command: ["scutil", "--proxy"], parse: parseMac },
  win32: {
    command: ["reg", "query", String.raw`HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings`],
    parse: parseWindows,
  },
};

/** The proxy that the desktop's settings name for HTTP; `null`: none, or nobody can tell. */
export async function readSystemProxy(
  platform: NodeJS.Platform,
  { run = runCommand, signal }: { readonly run?: RunCommand; readonly signal?: AbortSignal | undefined } = {},
): Promise<Proxy> {
  const source = sources[platform];
  if (source === undefined) return null;
  const [file, ...args] = source.command;
  const answer = await run(file, args, { timeoutMs: 2000, signal }).catch(() => undefined);
  return answer === undefined ? null : source.parse(answer.stdout);
}

/** `org.gnome.system.proxy mode 'manual'`, one setting a line. */
function parseGnome(text: string): Proxy {
  const get = (schema: string, key: string): string =>
    new RegExp(`^org\\.gnome\\.system\\.proxy${schema} ${key} (.*)$`, "m").exec(text)?.[1]?.replaceAll("'", "") ?? "";
  const host = get("\\.http", "host");
  if (get("", "mode") !== "manual" || host === "") return null;
  const exceptions = get("", "ignore-hosts").replace(/^\[|\]$/g, "");
  return { server: `${host}:${get("\\.http", "port")}`, exceptions: exceptions.split(/,\s*/).filter(Boolean) };
}

/** scutil(8): `HTTPEnable : 1`, with exceptions as a numbered list. */
function parseMac(text: string): Proxy {
  const get = (key: string): string | undefined => new RegExp(`^\\s*${key} : (\\S+)$`, "m").exec(text)?.[1];
  if (get("HTTPEnable") !== "1") return null;
  const list = /ExceptionsList : <array> \{([^}]*)\}/.exec(text)?.[1] ?? "";
  const exceptions = [...list.matchAll(/^\s*\d+ : (\S+)$/gm)].map(([, one]) => one as string);
  return { server: `${get("HTTPProxy")}:${get("HTTPPort")}`, exceptions };
}

/** `ProxyServer    REG_SZ    http=proxy:3128;https=proxy:3128`, or one for all. */
function parseWindows(text: string): Proxy {
  const get = (key: string): string | undefined =>
    new RegExp(`^\\s*${key}\\s+REG_\\w+\\s+(.*?)\\s*$`, "m").exec(text)?.[1];
  const servers = get("ProxyServer") ?? "";
  const server = servers.includes("=") ? /(?:^|;)http=([^;]*)/.exec(servers)?.[1] : servers;
  if (get("ProxyEnable") !== "0x1" || server === undefined || server === "") return null;
  return { server, exceptions: (get("ProxyOverride") ?? "").split(";").filter(Boolean) };
}
