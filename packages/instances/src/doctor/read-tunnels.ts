import { readdir, readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { runCommand } from "@cspace/plan";
import type { Context } from "../options.ts";

/** What VPNs call their links; macOS has `utun` for others as well, which have no address of version 4. */
const tunnelNames = /^(utun|tun|tap|wg|ppp|ipsec|tailscale|zt|proton|nordlynx|gpd|cscotun)|vpn|wireguard|anyconnect/i;

/** Links of a VPN that are up, and under systemd-resolved what each says of names. */
export async function readTunnels({ platform, signal }: Pick<Context, "platform" | "signal">): Promise<string[]> {
  const links = Object.entries(networkInterfaces()).filter(([, all = []]) =>
    all.some(({ family }) => family === "IPv4"),
  );
  const named = links.map(([name]) => name).filter((name) => tunnelNames.test(name));
  const found = platform === "linux" ? [...new Set([...named, ...(await readLinuxTunnels())])] : named;
  if (found.length === 0) return [];
  const domains = platform === "linux" ? await readLinkDomains(signal) : new Map<string, string>();
  return found.sort().map((name) => `${name} is a VPN's${domains.has(name) ? `, for ${domains.get(name)}` : ""}`);
}

/** Whatever their names: ARPHRD_PPP, ARPHRD_NONE (tun, wireguard) of linux/if_arp.h; /sys/class/net/<link>/type. */
async function readLinuxTunnels(): Promise<string[]> {
  const folder = "/sys/class/net";
  const links = await readdir(folder).catch(() => []);
  const kinds = await Promise.all(
    links.map(async (link) => (await readFile(join(folder, link, "type"), "utf8").catch(() => "")).trim()),
  );
  return links.filter((_, index) => kinds[index] === "512" || kinds[index] === "65534");
}

/** `Link 3 (wg0): ~.`: every name is asked there. */
async function readLinkDomains(signal: AbortSignal): Promise<Map<string, string>> {
  const { stdout } = await runCommand("resolvectl", ["domain"], { timeoutMs: 2000, signal }).catch(() => ({
    stdout: "",
  }));
  const lines = [...stdout.matchAll(/^Link \d+ \((\S+)\):[ \t]*(\S.*)$/gm)];
  return new Map(
    lines.map(([, link = "", words = ""]) => [link, words.replace(/(^| )~\.( |$)/, "$1every name$2").trim()]),
  );
}
