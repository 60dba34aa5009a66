import { readMachineConfig, writeIdlePolicy } from "@cspace/compose";
import { ensureDaemon, findDaemon } from "@cspace/daemon";
import { isCspaceError } from "@cspace/errors";
import { type Project, parseIdle } from "@cspace/project";
import type { Host } from "../machine/open-host.ts";
import type { Context } from "../options.ts";
import { serveProcesses } from "../proxy/serve-processes.ts";

/** Whose sleep is settled. */
export interface IdleOptions {
  readonly project: Project;
  readonly record: { readonly project: string; readonly instance: string };
  readonly host: Host;
  /** Whether it has containers. */
  readonly isContained: boolean;
}

/**
 * Keeps when an instance goes to sleep by itself, as its settings or else the machine's say, and lets the daemon look after it.
 * Where that fails, it stays awake.
 */
export async function keepIdlePolicy(
  context: Context,
  { project, record, host, isContained }: IdleOptions,
): Promise<void> {
  const { paths } = host;
  const idleMs = parseIdle(project.settings.idle ?? (await readMachineConfig(paths)).idle ?? "never") ?? null;
  const { project: name, instance } = record;
  const endpoint = isContained ? (host.machine?.endpoint ?? null) : null;
  const form = project.settings.sleep ?? "stop";
  const changed = await writeIdlePolicy(paths, { project: name, instance, idleMs, form, endpoint });
  if (idleMs === null && !changed) return;
  try {
    const running = await findDaemon(context);
    if (!changed && running !== undefined) return;
    if (idleMs === null) return await refreshSleepers(context);
    const daemon = await ensureDaemon(context);
    await serveProcesses({ ...context, onNote: () => undefined }, host, daemon);
    await daemon.client.refreshSleepers();
  } catch (error) {
    if (!isCspaceError(error)) throw error;
    context.onNote(`nobody puts ${instance} to sleep: ${error.message}`);
  }
}

/** Tells the daemon, where one runs, that what sleeps or is to was changed in the home. */
export async function refreshSleepers(context: Context): Promise<void> {
  await (await findDaemon(context).catch(() => undefined))?.client.refreshSleepers();
}
