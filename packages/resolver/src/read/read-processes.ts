import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunningProcess } from "./detect-linux.ts";

const clockTicks = 100;
const wanted = new Set(["systemd-resolve", "dnsmasq", "NetworkManager"]);

/**
 * The resolvers that run on a Linux machine, as `/proc` shows them to this user: proc_pid_stat(5), proc_uptime(5). Those
 * of containers are left out: they are seen from here, and answer nobody here.
 *
 * @param procDir `/proc`, or a folder that looks like it.
 */
export async function readProcesses(procDir: string): Promise<RunningProcess[]> {
  const uptime = Number.parseFloat((await readOrNothing(join(procDir, "uptime"))) || "0");
  const bootedAt = Date.now() - uptime * 1000;
  const found = await Promise.all(
    (await readNames(procDir))
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readProcess(join(procDir, pid), bootedAt)),
  );
  return found.filter((one) => one !== undefined);
}

async function readProcess(folder: string, bootedAt: number): Promise<RunningProcess | undefined> {
  const name = (await readOrNothing(join(folder, "comm"))).trimEnd();
  if (!wanted.has(name)) return undefined;
  const [commandLine, stat, status] = await Promise.all(
    ["cmdline", "stat", "status"].map((file) => readOrNothing(join(folder, file))),
  );
  // proc_pid_status(5): one number for each namespace of processes below this one.
  if (/^NSpid:\s*\d+\s+\d+/m.test(status ?? "")) return undefined;
  // Fields after the name, which may hold spaces itself; the start is the 22nd of all, in clock ticks since the boot.
  const fields = (stat ?? "").slice((stat ?? "").lastIndexOf(")") + 2).split(" ");
  const startedAt = bootedAt + (Number(fields[19] ?? 0) / clockTicks) * 1000;
  return { name, args: (commandLine ?? "").split("\0").filter(Boolean), startedAt };
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** A process may end while it is read, and others may be hidden. */
async function readOrNothing(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
