import { join } from "node:path";
import { isCspaceError } from "@cspace/errors";
import type { ResolverState } from "../resolver-state.ts";
import { detectLinux } from "./detect-linux.ts";
import { linuxServices } from "./linux-services.ts";
import type { Machine } from "./machine.ts";
import { readInstalled } from "./read-installed.ts";
import { readInit, readLinuxEvidence } from "./read-linux-evidence.ts";
import { readPlace } from "./read-place.ts";
import { readProcesses } from "./read-processes.ts";
import { readWindows } from "./read-windows.ts";
import { isSharedWithWindows, isWsl } from "./wsl.ts";

const kinds = ["systemd-resolved", "dns-delegate", "networkmanager", "dnsmasq"] as const;

/** The resolver of Linux, and under WSL2 that of Windows around it. */
export async function readLinux(machine: Machine): Promise<readonly ResolverState[]> {
  const { root, domains } = machine;
  const [processes, init, inWsl] = await Promise.all([readProcesses(join(root, "proc")), readInit(root), isWsl(root)]);
  const { asksLoopback, ...evidence } = await readLinuxEvidence(machine, processes);
  const { kind, why } = detectLinux(evidence);
  const places = await Promise.all(
    kinds.map((one) => {
      const reader = processes.find(linuxServices[one].isReader);
      const reload = reader === undefined ? null : linuxServices[one].reload(init);
      const startedAt = reader?.startedAt ?? null;
      const mayFollow = one === "systemd-resolved" ? asksLoopback : one === kind;
      const place = readPlace(one, { root, domains, reload, startedAt, mayFollow });
      return one === kind ? place : place.catch(leaveUnreadable);
    }),
  );
  const shared = await readInstalled(
    places.filter((place) => place !== undefined),
    root,
    { needed: kind === "hosts" },
  );
  const { systemdVersion, sources } = evidence;
  // `DNS=` takes a port since 246: https://github.com/systemd/systemd/blob/main/NEWS
  const anyPort = kind !== "systemd-resolved" || systemdVersion === null || systemdVersion >= 246;
  const state: ResolverState = { kind, why, ...shared, anyPort, sources };
  return inWsl ? readWsl(machine, state) : [state];
}

/** What this user may not read is no matter where no rule is going to be. */
function leaveUnreadable(error: unknown): undefined {
  if (!isCspaceError(error) || error.code !== "CSPACE_FILE_UNREADABLE") throw error;
}

async function readWsl(machine: Machine, linux: ResolverState): Promise<readonly ResolverState[]> {
  const note =
    linux.kind === "hosts" ? "; WSL makes /etc/hosts anew unless /etc/wsl.conf says generateHosts=false" : "";
  const why = `${linux.why} (inside WSL${note})`;
  if (await isSharedWithWindows(machine)) {
    return [{ ...linux, why }, await readWindows(machine, "Windows, around WSL, has a table of its own")];
  }
  return [
    { ...linux, why: `${why}; Windows itself cannot reach a DNS inside WSL, and opens cspace.localhost instead` },
  ];
}
