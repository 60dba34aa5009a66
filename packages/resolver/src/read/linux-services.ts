import type { FileKind } from "../resolver-state.ts";
import { isNetworkManagers, isResolved, isSystemDnsmasq, type RunningProcess } from "./detect-linux.ts";

/** What starts services: systemd, OpenRC, or scripts in the manner of System V. */
export type Init = "systemd" | "openrc" | "sysv";

/** What reads the rules of a kind, and how it is made to read them again. */
export interface LinuxService {
  readonly isReader: (process: RunningProcess) => boolean;
  /** One command line each. */
  readonly reload: (init: Init) => readonly string[];
}

const resolved: LinuxService = { isReader: isResolved, reload: (init) => restart("systemd-resolved", init) };

/** The services of every kind on Linux. */
export const linuxServices: Readonly<Record<Exclude<FileKind, "macos">, LinuxService>> = {
  "systemd-resolved": resolved,
  "dns-delegate": resolved,
  networkmanager: {
    isReader: isNetworkManagers,
    // https://networkmanager.dev/docs/api/latest/nmcli.html: starts its dnsmasq anew, which reads its drop-ins then.
    reload: () => ["nmcli general reload dns-full"],
  },
  dnsmasq: {
    isReader: isSystemDnsmasq,
    reload: (init) => restart("dnsmasq", init),
  },
};

function restart(service: string, init: Init): string[] {
  if (init === "systemd") {
    // A service that was started five times within ten seconds is refused and stays down: systemd.unit(5), StartLimitBurst.
    return [`systemctl reset-failed ${service}.service`, `systemctl restart ${service}.service`];
  }
  return [init === "openrc" ? `rc-service ${service} restart` : `service ${service} restart`];
}
