import type { InstanceRecord } from "@cspace/compose";
import { type HeldRoute, isOver, type ProcessRequest } from "@cspace/daemon";
import { findFreePort, isPortFree } from "@cspace/ports";
import { findScript, readScripts } from "@cspace/processes";
import { processEnvironment } from "../environment/process-environment.ts";
import type { Origin } from "../https/choose-origin.ts";
import type { RoutedProcess } from "./read-processes.ts";

/** A route that a container serves. */
export interface OtherRoute {
  readonly label: string;
  /** The names in its `env`. */
  readonly env: readonly string[];
  /** `null` when it has no port on this machine now. */
  readonly localUrl: string | null;
}

/** What the daemon is to start. */
export interface ProcessFacts {
  readonly record: InstanceRecord;
  readonly processes: readonly RoutedProcess[];
  /** The routes of the instance that containers serve, which processes find in their environment too. */
  readonly others: readonly OtherRoute[];
  readonly domains: readonly string[];
  /** What the URLs of their environment begin with. */
  readonly origin: Origin;
  /** Where HTTPS is answered, where all are to be sent there. */
  readonly redirectTo: number | undefined;
  /** What lets them trust this machine's certificates. */
  readonly trust: Readonly<Record<string, string>>;
  /** The environment of whoever starts them. */
  readonly inherited: NodeJS.ProcessEnv;
}

/** Builds what the daemon is asked for: each process on the port that it has already, else on a free one. */
export async function buildProcessRequests(
  { record, processes, others, domains, origin, redirectTo, trust, inherited }: ProcessFacts,
  kept: readonly HeldRoute[],
): Promise<ProcessRequest[]> {
  const ports = await Promise.all(
    processes.map(async ({ label, port }) => {
      if (port !== null) return port;
      const held = kept.find((route) => route.label === label && !route.leased);
      if (held === undefined) return await findFreePort();
      // One that has ended has no claim on a port that is another's now.
      const isFree = !isOver(held.state) || (await isPortFree(held.askedPort)) === "free";
      return isFree ? held.askedPort : await findFreePort();
    }),
  );
  const environment = await processEnvironment({
    record,
    domains,
    origin,
    trust,
    inherited,
    routes: [
      ...processes.map(({ label, env }, index) => ({ label, env, localUrl: `http://localhost:${ports[index]}` })),
      ...others,
    ],
  });
  return await Promise.all(
    processes.map(async ({ label, command, directory, restart, port, exempt }, index) => ({
      label,
      command,
      cwd: directory,
      restart,
      env: environment,
      inherited,
      port: ports[index] as number,
      isPortFixed: port !== null,
      script: findScript(command, await readScripts(directory, command)),
      domains,
      proxyPort: origin.port,
      protocol: origin.protocol,
      redirectTo,
      ...(exempt && { exempt }),
    })),
  );
}
