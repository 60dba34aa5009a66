import { setTimeout } from "node:timers/promises";
import type { InstanceRecord, StepRunner } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { buildHostname } from "@cspace/hostnames";
import { findFreePort, resolveName } from "@cspace/ports";
import { buildEnvironment } from "@cspace/project";
import type { Context } from "../context.ts";
import type { RunningDaemon } from "../daemon/open-daemon.ts";
import type { HeldInstance, HeldRoute, ProcessRequest } from "../daemon/protocol.ts";
import type { CliErrorCode } from "../errors.ts";
import { needsNoRule } from "./choose-domains.ts";
import type { ProjectProcess } from "./read-processes.ts";

/** Options of {@link startProcesses}. */
export interface StartProcessesOptions {
  readonly record: InstanceRecord;
  readonly processes: readonly ProjectProcess[];
  readonly daemon: RunningDaemon;
  readonly domains: readonly string[];
  /** Where the proxy answers HTTP. */
  readonly httpPort: number;
  /** Whether all of them end first, however they are. */
  readonly recreate: boolean;
  /** How long they may take until they answer, in milliseconds; `null`: not at all. */
  readonly waitMs: number | null;
  readonly steps: StepRunner;
}

/**
 * Starts the processes of an instance that do not run as they should, and waits until every one of them listens.
 *
 * @throws {CspaceError} `CSPACE_PROCESS_FAILED` with the last lines of one that ended; `CSPACE_WAIT_TIMEOUT`.
 */
export async function startProcesses(context: Context, options: StartProcessesOptions): Promise<void> {
  const { record, daemon, waitMs, recreate, steps } = options;
  const { client } = daemon;
  const before = findHeld(daemon.status.instances, record);
  await steps.run("start", async () => {
    if (recreate) await client.stop(record);
    const kept = recreate ? undefined : before;
    const processes = await buildRequests(context, options, kept);
    const after = findHeld((await client.start({ record, processes })).instances, record);
    const same = after?.routes.every(({ label, startedAt }) => {
      return kept?.routes.some((one) => one.label === label && one.startedAt === startedAt) === true;
    });
    return same === true && after?.routes.length === kept?.routes.length ? "unchanged" : "done";
  });
  await steps.run("wait", async () => {
    if (waitMs === null) return "skipped";
    await waitForProcesses(context, options, waitMs);
    return "unchanged";
  });
}

async function waitForProcesses(
  { signal }: Context,
  { record, daemon, processes }: StartProcessesOptions,
  waitMs: number,
): Promise<void> {
  const end = Date.now() + waitMs;
  for (;;) {
    signal.throwIfAborted();
    const held = findHeld((await daemon.client.status()).instances, record);
    const routes = processes.map(({ label }) => held?.routes.find((one) => one.label === label));
    const failed = processes.find((_, index) => isFailed(routes[index]));
    if (failed !== undefined) {
      const lines = (await daemon.client.lastLines(record, failed.label, 20)) ?? [];
      const reason = held?.routes.find(({ label }) => label === failed.label)?.reason ?? "it ended";
      throw new CspaceError<CliErrorCode>(
        "CSPACE_PROCESS_FAILED",
        [`${failed.label} (${failed.command}): ${reason}`, ...lines].join("\n"),
        { hint: `read all of it: cspace logs ${failed.label}` },
      );
    }
    if (routes.every((route) => route?.state === "up")) return;
    if (Date.now() >= end) {
      const late = processes.filter((_, index) => routes[index]?.state !== "up").map(({ label }) => label);
      throw new CspaceError<CliErrorCode>(
        "CSPACE_PROCESS_SILENT",
        `${late.join(", ")} ${late.length === 1 ? "does" : "do"} not listen after ${waitMs / 1000} s`,
        { hint: `see what it prints: cspace logs ${late[0]}; or give it longer: cspace up --wait <seconds>` },
      );
    }
    await setTimeout(50);
  }
}

const isFailed = (route: HeldRoute | undefined): boolean =>
  route === undefined || route.state === "failed" || route.state === "exited";

function findHeld(all: readonly HeldInstance[], { project, instance }: InstanceRecord): HeldInstance | undefined {
  return all.find(({ record }) => record.project === project && record.instance === instance);
}

/** What the daemon is asked for: each on the port that it has already, else on a free one. */
async function buildRequests(
  context: Context,
  { record, processes, domains, httpPort }: StartProcessesOptions,
  kept: HeldInstance | undefined,
): Promise<ProcessRequest[]> {
  const ports = await Promise.all(
    processes.map(async ({ label }) => {
      const held = kept?.routes.find((route) => route.label === label && !route.leased);
      return held?.askedPort ?? (await findFreePort());
    }),
  );
  const { project, instance } = record;
  const domain = domains[0] as string;
  const first = { label: processes[0]?.label as string, project, instance };
  const found = (await resolveName(buildHostname(first, { domain }))) === "loopback";
  const environment = buildEnvironment({
    project,
    instance,
    domain,
    browserDomain: found ? domain : (domains.find(needsNoRule) ?? domain),
    httpPort,
    routes: processes.map(({ label, env }, index) => ({
      label,
      env,
      // A process asks the system, which may not know the hostname; its port it finds in any case.
      ...(found ? {} : { url: `http://localhost:${ports[index]}` }),
    })),
  });
  return processes.map(({ label, command, cwd }, index) => ({
    label,
    command,
    cwd,
    env: environment,
    inherited: context.env,
    port: ports[index] as number,
    domains,
  }));
}
