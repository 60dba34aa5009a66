import { existsSync } from "node:fs";
import type { SleepForm, Step } from "@cspace/compose";
import { type DaemonErrorCode, ensureDaemon, type RunningDaemon } from "@cspace/daemon";
import { CspaceError } from "@cspace/errors";
import { readProject } from "@cspace/project";
import { describeInstance } from "../describe/describe-instance.ts";
import { findKnown } from "../describe/find-known.ts";
import type { MachineInstance } from "../describe/merge-instances.ts";
import { verifyInstance } from "../describe/verify-instance.ts";
import type { InstanceDocument } from "../documents.ts";
import { openHost } from "../machine/open-host.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { serveProcesses } from "../proxy/serve-processes.ts";
import { createStages } from "../up/create-stages.ts";

/** Options of {@link wakeInstance}. */
export interface WakeInstanceOptions extends InstanceOptions {
  /** How long routes may take until they answer, in milliseconds; `null`: nothing is waited for. @default 10_000 */
  readonly waitMs?: number | null | undefined;
}

/**
 * Puts an instance to sleep: containers end, or are frozen, those first on which no other depends; processes of the host end.
 * Its URLs stay, and the first request to any of them wakes it.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_UNKNOWN`, `CSPACE_INSTANCE_AMBIGUOUS`, `CSPACE_DAEMON_FAILED` for a daemon that is too
 * old, and the codes of the engine.
 * @example
 * ```ts
 * const { instance } = await sleepInstance({ instance: "mercury" });
 * instance.asleep?.savedBytes; //=> 412_000_000
 * ```
 */
export async function sleepInstance(options: InstanceOptions = {}): Promise<InstanceDocument> {
  const context = createContext(options);
  const { instance, daemon, endpoint } = await prepare(context);
  const { run, steps } = createStages(context.onStep);
  await run("sleep", async () => {
    const { project } = instance;
    const form = await readForm(context, instance);
    const changed = await daemon.client.sleep({ project, instance: instance.instance, form, endpoint });
    if (changed === undefined) throw tooOld(instance);
    return { changed: changed && instance.state !== "asleep" };
  });
  const same = { ...options, project: instance.project, instance: instance.instance };
  return { instance: await describeInstance(same), steps: steps() };
}

/**
 * Wakes an instance that sleeps, as a request to it does, and gives it once it answers. One that is awake stays as it is.
 *
 * @throws {CspaceError} as {@link sleepInstance}, and `CSPACE_CONTAINER_FAILED` for what does not come back.
 */
export async function wakeInstance(options: WakeInstanceOptions = {}): Promise<InstanceDocument> {
  const { waitMs = 10_000 } = options;
  const context = createContext(options);
  const { instance, daemon } = await prepare(context);
  const { run, steps } = createStages(context.onStep);
  await run("wake", async () => {
    const woken = await daemon.client.wake({ project: instance.project, instance: instance.instance });
    if (woken === undefined) throw tooOld(instance);
    return { changed: woken };
  });
  const same = { ...options, project: instance.project, instance: instance.instance };
  const verified = await run("verify", async () => ({
    instance: await verifyInstance({ ...same, patienceMs: waitMs ?? 0 }),
    changed: false,
  }));
  return { instance: verified.instance, steps: steps() as readonly Step[] };
}

interface Prepared {
  readonly instance: MachineInstance;
  readonly daemon: RunningDaemon;
  /** The engine that has its containers; `null` without any. */
  readonly endpoint: string | null;
}

/** Finds the instance, and lets a daemon run to which the proxy hands what is asked of it. */
async function prepare(context: Context): Promise<Prepared> {
  const [{ known, instance }, host] = await Promise.all([findKnown(context), openHost(context)]);
  if (known.silence !== null && instance.engine !== "gateway") throw known.silence;
  const daemon = await ensureDaemon(context);
  await serveProcesses(context, host, daemon);
  return { instance, daemon, endpoint: instance.engine === "gateway" ? null : (host.machine?.endpoint ?? null) };
}

/** How it is to sleep, as its settings say; of one whose directory is gone, as of any. */
async function readForm({ env }: Context, { directory }: MachineInstance): Promise<SleepForm> {
  if (directory === "" || !existsSync(directory)) return "stop";
  return (await readProject(directory, { env })).settings.sleep ?? "stop";
}

function tooOld({ instance }: MachineInstance): CspaceError<DaemonErrorCode> {
  return new CspaceError("CSPACE_DAEMON_FAILED", "the daemon that runs is too old for this", {
    hint: `let this version take over, which keeps what runs: cspace up ${instance}`,
  });
}
