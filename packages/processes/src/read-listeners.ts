import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { readOr } from "./error-code.ts";
import { type Listener, parseListenTable } from "./parse-listen-table.ts";
import { readMembers } from "./read-members.ts";
import type { ProcessSystem } from "./system.ts";

/**
 * The sockets on which a group listens on loopback or on all addresses, each once, by port; `null` where the system does
 * not tell.
 */
export async function readListeners(group: number, system: ProcessSystem): Promise<readonly Listener[] | null> {
  const members = await readMembers(group, system);
  if (members === null) return null;
  const found =
    system.platform === "linux"
      ? await readProc(
          members.map(({ pid }) => pid),
          system.procDir,
        )
      : await readLsof([...new Set(members.map((member) => member.group))], system);
  if (found === null) return null;
  const once = new Map(found.map((listener) => [`${listener.address} ${listener.port}`, listener]));
  return [...once.values()].sort((a, b) => a.port - b.port);
}

/** What fails because a process ends while it is read, is another user's, or the kernel has no IPv6. */
const expected = ["ENOENT", "ESRCH", "EACCES", "EPERM"];

/** Formats: https://docs.kernel.org/networking/proc_net_tcp.html and proc_pid_fd(5). */
async function readProc(pids: readonly number[], procDir: string): Promise<readonly Listener[]> {
  const inodes = new Set((await Promise.all(pids.map((pid) => readSockets(join(procDir, String(pid), "fd"))))).flat());
  if (inodes.size === 0) return [];
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readOr("", expected, () => readFile(join(procDir, "net", name), "utf8"))),
  );
  return tables.flatMap(parseListenTable).flatMap(({ inode, ...listener }) => (inodes.has(inode) ? [listener] : []));
}

async function readSockets(directory: string): Promise<readonly string[]> {
  const names = await readOr([], expected, () => readdir(directory));
  const links = await Promise.all(names.map((name) => readOr("", expected, () => readlink(join(directory, name)))));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** lsof(8), "Output for other programs": `t` is the kind of address, `n` what the socket is bound to. */
async function readLsof(groups: readonly number[], { run }: ProcessSystem): Promise<readonly Listener[] | null> {
  if (groups.length === 0) return [];
  const args = ["-nP", "-a", "-g", groups.join(","), "-iTCP", "-sTCP:LISTEN", "-Ftn"];
  // It ends with 1 when it finds nothing, so only what it wrote counts.
  const result = await readOr(null, ["ENOENT", "EACCES"], () => run("lsof", args));
  if (result === null) return null;
  let isV6 = false;
  return result.stdout.split("\n").flatMap((line): Listener[] => {
    if (line.startsWith("t")) isV6 = line === "tIPv6";
    const match = /^n(\*|127\.0\.0\.1|\[::1\]):(\d+)$/.exec(line);
    if (match === null) return [];
    const bound = { "*": isV6 ? "::" : "0.0.0.0", "127.0.0.1": "127.0.0.1", "[::1]": "::1" } as const;
    return [{ port: Number(match[2]), address: bound[match[1] as keyof typeof bound] }];
  });
}
