import { setTimeout } from "node:timers/promises";
import { type DockerEngine, followContainerLogs, listContainerInstances, readContainerLogs } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import { openEngine } from "../machine/open-engine.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { findLogged, type LoggedInstance } from "./find-logged.ts";
import { readProcessLog } from "./process-logs.ts";

/** One line of a log. */
export interface LogLine {
  /** A note is cspace's own, about how a process starts and ends. */
  readonly stream: "stdout" | "stderr" | "note";
  readonly line: string;
  /** When it was written, where that is known: ISO 8601. */
  readonly time?: string;
}

/** How much of a log is read. */
export interface ReadLogsOptions {
  /** Go on with what is written from now on. @default false */
  readonly follow?: boolean;
  /** How many of the last lines. @default 100, or all where `since` says how many */
  readonly tail?: number | undefined;
  /** Only what was written from then on. @default all */
  readonly since?: Date | undefined;
}

/** What writes a log. */
export interface LogSource {
  /** The service, or the label of the process. */
  readonly name: string;
  readonly kind: "container" | "process";
  readonly read: (options?: ReadLogsOptions) => AsyncGenerator<LogLine, undefined>;
}

/** Options of {@link openLogs}. */
export interface OpenLogsOptions extends InstanceOptions {
  /** A route, a service or a process. @default all of the instance */
  readonly label?: string | undefined;
}

/**
 * Finds what writes a log of an instance, its containers first; also of one whose processes have ended.
 *
 * @throws {CspaceError} `CSPACE_LABEL_UNKNOWN` where there is no log; as `describeInstance`.
 * @example
 * ```ts
 * for (const { name, read } of await openLogs({ instance: "mercury" })) {
 *   for await (const { line } of read({ tail: 10 })) process.stdout.write(`${name} ${line}\n`);
 * }
 * ```
 */
export async function openLogs(options: OpenLogsOptions = {}): Promise<LogSource[]> {
  return [...(await findSources(createContext(options), options.label)).sources];
}

interface FoundSources {
  readonly instance: LoggedInstance;
  /** `undefined` where no container writes. */
  readonly engine: DockerEngine | undefined;
  /** The only service that is meant. */
  readonly service: string | undefined;
  readonly sources: readonly LogSource[];
}

async function findSources(context: Context, label: string | undefined): Promise<FoundSources> {
  const instance = await findLogged(context);
  const service = instance.routes.find((route) => route.label === label)?.service ?? label;
  const containers = instance.containers.filter((one) => service === undefined || one.service === service);
  const processes = instance.logged.filter((one) => label === undefined || one === label);
  if (containers.length === 0 && processes.length === 0) throw nothingLogged(instance, label);
  const engine = containers.length > 0 ? (await openEngine(context)).engine : undefined;
  const sources = [
    ...containers.map(({ id, service: name }): LogSource => containerLog(context, engine as DockerEngine, id, name)),
    ...processes.map((name): LogSource => {
      return {
        name,
        kind: "process",
        read: ({ follow = false, since, tail = defaultTail(since) } = {}) =>
          readProcessLog(context, instance, name, { follow, tail, since }),
      };
    }),
  ];
  return { instance, engine, service, sources };
}

/**
 * As {@link openLogs}, and goes on with containers that are made later, until none is left.
 *
 * @throws {CspaceError} as `openLogs`.
 */
export async function* followLogs(options: OpenLogsOptions = {}): AsyncGenerator<LogSource, undefined> {
  const context = createContext(options);
  const found = await findSources(context, options.label);
  yield* found.sources;
  const { engine } = found;
  if (engine === undefined) return undefined;
  const { instance, service } = found;
  const seen = new Set(instance.containers.map(({ id }) => id));
  for (;;) {
    await setTimeout(500, undefined, { signal: context.signal });
    const listed = (await listContainerInstances({ engine, project: instance.project })).find(
      (one) => one.instance === instance.instance,
    );
    if (listed === undefined) return undefined;
    for (const { id, service: name } of listed.containers) {
      if (seen.has(id) || (service !== undefined && service !== name)) continue;
      seen.add(id);
      const source = containerLog(context, engine, id, name);
      // All that it has written is new.
      yield { ...source, read: (how) => source.read({ ...how, tail: Number.MAX_SAFE_INTEGER }) };
    }
  }
}

/** The log of a container, under a name. */
export function containerLog({ signal }: Context, engine: DockerEngine, id: string, name: string): LogSource {
  return {
    name,
    kind: "container",
    read: ({ follow = false, since, tail = defaultTail(since) } = {}) => {
      const how = { tail, signal, ...(since && { since: since.getTime() / 1000 }) };
      return follow ? followContainerLogs(engine, id, how) : readContainerLogs(engine, id, how);
    },
  };
}

const defaultTail = (since: Date | undefined): number => (since === undefined ? 100 : Number.MAX_SAFE_INTEGER);

/** What the engine alone could tell is no mistake of the label's. */
function nothingLogged({ instance, routes, services, logged, silence }: LoggedInstance, label?: string): CspaceError {
  if (silence !== null) return silence;
  const all = [...new Set([...routes.map((route) => route.label), ...services, ...logged])].sort();
  const what = label === undefined ? "no logs yet" : `no route, service or process ${label}`;
  return new CspaceError<InstancesErrorCode>("CSPACE_LABEL_UNKNOWN", `${instance} has ${what}`, {
    hint: `there are: ${all.join(", ") || "none"}`,
  });
}
