import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserEvidence } from "@cspace/doctor";
import type { BrowserProfile } from "./find-profiles.ts";
import { withAncestors } from "./with-ancestors.ts";

/** What a profile of Firefox was told of names. */
export async function readFirefox(
  { name, kind, folder }: BrowserProfile,
  names: readonly string[],
): Promise<BrowserEvidence> {
  const [preferences, text, bytes] = await Promise.all([
    readFile(join(folder, "prefs.js"), "utf8").catch(() => ""),
    readFile(join(folder, "SiteSecurityServiceState.txt"), "latin1").catch(() => ""),
    readFile(join(folder, "SiteSecurityServiceState.bin"), "latin1").catch(() => ""),
  ]);
  const get = (key: string): string | undefined =>
    new RegExp(`^user_pref\\("${key.replaceAll(".", "\\.")}", (?:"(.*)"|(\\S+))\\);`, "m")
      .exec(preferences)
      ?.slice(1)
      .find((value) => value !== undefined);
  const server = get("network.proxy.http");
  const exceptions = get("network.proxy.no_proxies_on") ?? "";
  return {
    name,
    kind,
    secured: readSecured(`${text}\n${bytes}`, names),
    quic: [],
    // 1: by hand. https://searchfox.org/mozilla-central/source/netwerk/base/nsIProtocolProxyService.idl
    proxy:
      get("network.proxy.type") === "1" && server !== undefined
        ? {
            server: `${server}:${get("network.proxy.http_port") ?? 80}`,
            exceptions: exceptions.split(/[,\s]+/).filter(Boolean),
          }
        : null,
    // 3: never the system. https://wiki.mozilla.org/Trusted_Recursive_Resolver
    ownDns: get("network.trr.mode") === "3",
  };
}

/**
 * A name, then when it ends in milliseconds, whether it is set (1), and whether it is for those below (1); in the older
 * file after `:HSTS` and tabs, in the newer in slots of 256 and 24 bytes. What follows `^` tells of whose page it was.
 *
 * @see https://searchfox.org/mozilla-central/source/security/manager/ssl/DataStorageList.inc
 */
function readSecured(text: string, names: readonly string[]): string[] {
  const entry = /([a-z0-9_-]+(?:\.[a-z0-9_-]+)+)(?:\^[\x21-\x7e]*?)?(?::HSTS\t\d+\t\d+\t|\0+)(\d{13}),1,([01])/g;
  const known = new Map(
    [...text.matchAll(entry)]
      .filter(([, , ends]) => Number(ends) > Date.now())
      .map(([, name = "", , subdomains]) => [name, subdomains === "1"]),
  );
  const isSecured = (one: string, name: string): boolean => known.has(one) && (one === name || known.get(one) === true);
  return [...new Set(names.flatMap((name) => withAncestors(name).filter((one) => isSecured(one, name))))];
}
