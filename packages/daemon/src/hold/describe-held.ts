import type { HeldInstance, HeldRoute } from "../protocol.ts";
import type { Held } from "./held.ts";

/** A route that the gateway is to serve. */
export interface HeldUpstream {
  readonly project: string;
  readonly instance: string;
  readonly label: string;
  /** `null`: it has ended, and whoever listens on its port now is another. */
  readonly upstream: number | null;
  readonly reason?: string | undefined;
  readonly starting: boolean;
  readonly redirectTo?: number | undefined;
  readonly exempt?: boolean | undefined;
  readonly lastLines: () => Promise<readonly string[]>;
}

/** The routes of an instance as the gateway is to serve them. */
export function upstreamsOf({ record, processes, leases }: Held): HeldUpstream[] {
  const { project, instance } = record;
  return [
    ...[...processes].map(([label, { process, request }]) => ({
      project,
      instance,
      label,
      upstream: isRunning(process.state) ? process.port : null,
      reason:
        process.state === "stopped" ? "it was stopped" : process.error?.message.split("\n", 1)[0]?.replace(/:$/, ""),
      starting: process.state === "starting" || process.state === "restarting",
      redirectTo: request.redirectTo,
      exempt: request.exempt,
      lastLines: (): Promise<readonly string[]> => process.lastLines(20),
    })),
    ...[...leases].map(
      ([
        label,
        {
          request: { port, redirectTo },
        },
      ]) => ({
        project,
        instance,
        label,
        upstream: port,
        starting: false,
        redirectTo,
        lastLines: async () => [],
      }),
    ),
  ];
}

/** Describes an instance for clients, its routes sorted by label. */
export function describeHeld({ record, processes, leases }: Held): HeldInstance {
  const routes: HeldRoute[] = [
    ...[...processes].map(
      ([
        label,
        {
          process: { port, host, state, error, pid },
          request,
          startedAt,
          refused = [],
        },
      ]) => ({
        label,
        port,
        host,
        state,
        error,
        command: request.command,
        askedPort: request.port,
        protocol: request.protocol,
        startedAt,
        leased: false,
        pid,
        refused,
      }),
    ),
    ...[...leases].map(
      ([
        label,
        {
          request: { port, command },
          startedAt,
        },
      ]) => ({
        command,
        label,
        port,
        host: "127.0.0.1" as const,
        state: "up" as const,
        error: null,
        askedPort: port,
        startedAt,
        leased: true,
      }),
    ),
  ];
  return { record, routes: routes.sort((a, b) => (a.label < b.label ? -1 : 1)) };
}

const isRunning = (state: HeldRoute["state"]): boolean =>
  state === "starting" || state === "up" || state === "running" || state === "stopping";
