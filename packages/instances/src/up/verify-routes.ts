import { setTimeout } from "node:timers/promises";
import { type EngineReader, type InstanceRecord, listContainerInstances } from "@cspace/compose";
import { type DaemonStatus, findDaemon } from "@cspace/daemon";
import { CspaceError } from "@cspace/errors";
import { describeListed } from "../describe/describe-listed.ts";
import type { LookInside } from "../describe/explain-silence.ts";
import { isSettled } from "../describe/is-settled.ts";
import { mergeInstances } from "../describe/merge-instances.ts";
import type { Instance, Route } from "../documents.ts";
import { readSecure } from "../https/read-secure.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { Targets } from "../life/choose-targets.ts";
import { createLookInside } from "../machine/look-inside.ts";
import type { Host } from "../machine/open-host.ts";
import type { Context } from "../options.ts";

/** Options of {@link verifyRoutes}. */
export interface VerifyRoutesOptions {
  readonly record: InstanceRecord;
  readonly host: Host;
  /** What the first look is taken at, in place of the engine. */
  readonly snapshot: EngineReader | undefined;
  /** Where the proxy answers HTTP. */
  readonly httpPort: number;
  /** Where it answers HTTPS; `null`: it does not. */
  readonly httpsPort: number | null;
  readonly domains: readonly string[];
  /** Whether the daemon is asked as well. */
  readonly hasProcesses: boolean;
  /** What is to answer. */
  readonly part: Targets;
  /** How long a route that does not answer yet may take, in milliseconds; 0: look once. */
  readonly patienceMs: number;
}

/** An instance, and whether all that is to answer does. */
export interface VerifiedRoutes {
  readonly instance: Instance;
  readonly settled: boolean;
}

/** How long it is waited where all that does not answer are processes that listen nowhere: they may be meant not to. */
const quietMs = 3000;

/** Sends a real request through the proxy for every route, again until all answer or patience ends. */
export async function verifyRoutes(context: Context, options: VerifyRoutesOptions): Promise<VerifiedRoutes> {
  const { record, host, httpPort, httpsPort, domains, hasProcesses, part, patienceMs } = options;
  const { platform, signal } = context;
  const begin = Date.now();
  const secure = await readSecure(context, host.paths, httpsPort);
  for (let engine = options.snapshot ?? host.machine?.engine; ; engine = host.machine?.engine) {
    signal.throwIfAborted();
    const [listed, status] = await Promise.all([
      engine === undefined ? [] : listContainerInstances({ engine, project: record.project }),
      hasProcesses ? readDaemon(context) : undefined,
    ]);
    const found = mergeInstances(listed, status?.instances ?? []).find(
      ({ project, instance }) => project === record.project && instance === record.instance,
    );
    if (found === undefined) {
      throw new CspaceError<InstancesErrorCode>(
        "CSPACE_INSTANCE_UNKNOWN",
        `the instance ${record.instance} was removed meanwhile`,
        { hint: `start it again: cspace up ${record.instance}` },
      );
    }
    const evidence = { proxyPort: httpPort, domains, secure, platform };
    const instance = await describeListed(found, evidence);
    const late = instance.routes
      .filter((route) => isMeant(part, route) && !isSettled({ routes: [route] }))
      .map(({ label }) => label);
    if (late.length === 0) return { instance, settled: true };
    const isQuiet = found.routes.every(({ label, listens }) => !late.includes(label) || listens === false);
    const patience = isQuiet ? Math.min(patienceMs, quietMs) : patienceMs;
    if (Date.now() >= begin + patience) {
      return { instance: await describeListed(found, { ...evidence, lookInside: lookIn(host) }), settled: false };
    }
    await setTimeout(100);
  }
}

function isMeant({ services, processes }: Targets, { target }: Route): boolean {
  return "process" in target
    ? processes?.includes(target.process) !== false
    : services?.includes(target.service) !== false;
}

function lookIn({ machine }: Host): LookInside | undefined {
  return machine === undefined ? undefined : createLookInside(async () => machine.engine);
}

async function readDaemon(context: Context): Promise<DaemonStatus | undefined> {
  return (await findDaemon(context))?.status;
}
