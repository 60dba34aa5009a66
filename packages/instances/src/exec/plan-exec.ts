import { randomUUID } from "node:crypto";
import { type EngineContainer, listInstanceContainers, runInContainer, serviceOf } from "@cspace/compose";
import { findDaemon } from "@cspace/daemon";
import { CspaceError } from "@cspace/errors";
import { composeProjectName } from "@cspace/hostnames";
import { findKnown } from "../describe/find-known.ts";
import type { MachineInstance } from "../describe/merge-instances.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { ForegroundPlan } from "../lease/plan-foreground.ts";
import { chooseTargets } from "../life/choose-targets.ts";
import { wakeInstance } from "../life/sleep-instance.ts";
import { type Machine, openEngine } from "../machine/open-engine.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";

/** Options of {@link planExec}. */
export interface PlanExecOptions extends InstanceOptions {
  /** A label or a service. */
  readonly target: string;
  /** The command and its words. @default a shell */
  readonly command?: readonly string[] | undefined;
  /** Whether the command is to have a terminal. @default false */
  readonly tty?: boolean | undefined;
}

/** A command to be run beside what an instance runs. */
export interface ExecPlan extends ForegroundPlan {
  /** @default that of the caller */
  readonly cwd?: string;
  /** To be called when it has ended: until then the instance is kept awake. */
  readonly release?: () => void;
  /** Passes a signal on, where the program does not do so itself. */
  readonly signal?: (name: NodeJS.Signals) => Promise<void>;
}

/**
 * Gives the run of a command in the container that serves a label, or for a process of the host in its directory and with
 * its environment; a shell by default.
 *
 * @throws {CspaceError} `CSPACE_LABEL_UNKNOWN`; `CSPACE_ROUTE_DOWN` where it does not run; those of the instance's choice and
 * of the engine.
 * @example
 * ```ts
 * const { file, args, env } = await planExec({ target: "db", command: ["psql", "-U", "app"], tty: true });
 * ```
 */
export async function planExec(options: PlanExecOptions): Promise<ExecPlan> {
  const { target } = options;
  const context = createContext(options);
  const { known, instance } = await findKnown(context);
  if (instance.state === "asleep") {
    const { project, instance: name } = instance;
    await wakeInstance({ ...options, project, instance: name, waitMs: null });
  }
  if (known.silence !== null && instance.engine !== "gateway") throw known.silence;
  const { services = [], processes = [] } = chooseTargets(instance, [target]);
  if (processes.length > 0) return await planBeside(context, instance, options);
  return await planInside(context, instance, { ...options, service: services[0] as string });
}

/** bash where there is one, as people are used to; every image with a shell at all has the other. */
const containerShell = ["sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi"] as const;

async function planInside(
  context: Context,
  instance: MachineInstance,
  { service, command = [], tty = false }: PlanExecOptions & { readonly service: string },
): Promise<ExecPlan> {
  const machine = await openEngine(context);
  const containers = await listInstanceContainers(machine.engine, composeProjectName(instance));
  const running = containers.find((one) => serviceOf(one) === service && one.State === "running");
  if (running === undefined) throw notRunning(instance, service);
  // By this its processes are told from others, since no engine passes a signal on to what it was asked to run.
  const mark = `cspace_exec=${randomUUID()}`;
  return {
    file: "docker",
    args: [
      ...["exec", "-i", ...(tty ? ["-t"] : []), "-e", mark, running.Id],
      ...(command.length === 0 ? containerShell : command),
    ],
    env: { ...context.env, DOCKER_HOST: machine.engine.endpoint },
    ...(tty ? {} : { signal: (name) => signalMarked(machine, running, { mark, name }) }),
  };
}

/** Sends a signal to what carries a mark in its environment, where the image has what that takes. */
async function signalMarked(
  { engine }: Machine,
  { Id }: EngineContainer,
  { mark, name }: { readonly mark: string; readonly name: NodeJS.Signals },
): Promise<void> {
  const script = `for each in /proc/[0-9]*; do if grep -q '${mark}' "$each/environ" 2>/dev/null; then kill -${name.slice(3)} "\${each#/proc/}"; fi; done`;
  await runInContainer(engine, Id, ["sh", "-c", script]);
}

async function planBeside(
  context: Context,
  instance: MachineInstance,
  { target, command = [] }: PlanExecOptions,
): Promise<ExecPlan> {
  const { project } = instance;
  const names = { project, instance: instance.instance };
  const daemon = await findDaemon(context);
  const place = await daemon?.client.place({ ...names, label: target });
  if (place === undefined) throw notRunning(instance, target);
  const hold = await daemon?.client.hold(names).catch(() => undefined);
  const { env, platform } = context;
  const shell = platform === "win32" ? (env.ComSpec ?? "cmd.exe") : (env.SHELL ?? "sh");
  const [file = shell, ...args] = command;
  // The terminal is the caller's, and so is what says how it is.
  const terminal = Object.fromEntries(
    ["TERM", "COLORTERM", "LANG"].flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const run = { file, args, env: { ...place.env, ...terminal }, cwd: place.cwd };
  return hold === undefined ? run : { ...run, release: hold.release };
}

function notRunning({ instance }: MachineInstance, what: string): CspaceError<InstancesErrorCode> {
  return new CspaceError("CSPACE_ROUTE_DOWN", `${what} of ${instance} does not run`, {
    hint: `start it: cspace start ${what}`,
  });
}
