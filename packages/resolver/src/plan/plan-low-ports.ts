import { CspaceError } from "@cspace/errors";
import { buildPlan, type Plan, type PlanStep, planFile, readFileState } from "@cspace/plan";
import { readFirstPort } from "@cspace/ports";
import type { ResolverErrorCode } from "../resolver-error-code.ts";

/** Where the setting of the kernel is read, and where it is kept; a test has others. */
export interface LowPortsPlace {
  readonly current: string;
  readonly file: string;
}

/** @see https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html (ip_unprivileged_port_start) */
const linux: LowPortsPlace = {
  current: "/proc/sys/net/ipv4/ip_unprivileged_port_start",
  file: "/etc/sysctl.d/60-cspace.conf",
};

const name = "net.ipv4.ip_unprivileged_port_start";
/** DNS has 53, HTTP has 80. */
const firstPort = 53;
/** What the kernel has when nobody says otherwise. */
const defaultPort = 1024;

const content = `# cspace answers names on port ${firstPort} and HTTP on port 80 as an ordinary user: this lets every user have these ports.\n${name} = ${firstPort}\n`;

/**
 * Plans that every user may listen on the ports from 53 on, now and after a restart; without steps where that is so
 * already, and on other systems, which have no such setting. Reads the machine and changes nothing.
 *
 * @throws {CspaceError} `CSPACE_RESOLVER_FOREIGN` for a file that somebody has changed.
 */
export async function planLowPorts(platform: NodeJS.Platform, place: LowPortsPlace = linux): Promise<Plan> {
  if (platform !== "linux") return buildPlan([]);
  if ((await readFirstPort(place.current)) <= firstPort) return buildPlan([]);
  const file = await readFileState(place.file);
  if (file.kind === "file" && file.content !== content) {
    throw new CspaceError<ResolverErrorCode>("CSPACE_RESOLVER_FOREIGN", `${place.file} is not as cspace writes it`, {
      hint: `see what it is for, and remove it: sudo rm ${place.file}`,
    });
  }
  return buildPlan([planFile(file, content, { needsRoot: true }), load([`sysctl -p ${place.file}`])]);
}

/** Plans what takes {@link planLowPorts} back; without steps where it was never made, or somebody has changed it. */
export async function planLowPortsRemoval(platform: NodeJS.Platform, place: LowPortsPlace = linux): Promise<Plan> {
  if (platform !== "linux") return buildPlan([]);
  const file = await readFileState(place.file);
  if (file.kind !== "file" || file.content !== content) return buildPlan([]);
  return buildPlan([
    planFile(file, null, { needsRoot: true }),
    load([`sysctl -w ${name}=${defaultPort}`, "sysctl --system"]),
  ]);
}

function load(lines: readonly string[]): PlanStep {
  const after = lines.map((line) => `${line}\n`).join("");
  return { kind: "command", path: `sysctl:${name}`, before: null, after, needsRoot: true };
}
