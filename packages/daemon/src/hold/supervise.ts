import { isCspaceError } from "@cspace/errors";
import { type RunningProcess, superviseProcess } from "@cspace/processes";
import type { ProcessRequest } from "../protocol.ts";
import { createGroupGuard } from "./guard-group.ts";
import type { HeldProcess } from "./held.ts";

/** Options of {@link supervise}. */
export interface SuperviseOptions {
  /** The folder of its log. */
  readonly logs: string;
  readonly platform: NodeJS.Platform;
  readonly onChange: () => void;
  /** One that runs already, to go on with instead. */
  readonly running?: RunningProcess | undefined;
}

/** Starts a process that a client asks for, and looks after it. */
export function supervise(
  request: ProcessRequest,
  { logs, platform, onChange, running }: SuperviseOptions,
): HeldProcess {
  const {
    label,
    command,
    cwd,
    env,
    inherited,
    port,
    isPortFixed = false,
    domains,
    proxyPort,
    restart = "no",
  } = request;
  const guard = createGroupGuard(platform);
  const supervised = superviseProcess(
    {
      ...{ name: label, command, cwd, env, domains, restart },
      ...(isPortFixed ? { port } : { preferredPort: port }),
      ...(proxyPort === undefined ? {} : { proxyPort }),
    },
    { env: inherited, log: { folder: logs }, ...(running === undefined ? {} : { running }) },
  );
  let isOurs = running === undefined;
  // While another daemon still holds it, it is not to end with this one.
  const take = (): void => {
    isOurs = true;
    guard.watch(supervised.pid);
  };
  if (running !== undefined) void Promise.resolve(running.sockets).then(take);
  supervised.onChange(() => {
    if (isOurs) guard.watch(supervised.pid);
    onChange();
  });
  return {
    get state() {
      return supervised.state;
    },
    get pid() {
      return supervised.pid;
    },
    get port() {
      return supervised.port ?? port;
    },
    get host() {
      return supervised.address?.host ?? "127.0.0.1";
    },
    get error() {
      const { error } = supervised;
      if (error === null) return null;
      return isCspaceError(error)
        ? { code: error.code, message: error.message, hint: error.hint ?? null }
        : { code: "CSPACE_UNEXPECTED", message: error.message, hint: null };
    },
    lastLines: async (count) => supervised.lastLines(count),
    stop: () => supervised.stop(),
    handOver: async () => {
      const handOver = await supervised.handOver();
      if (handOver === null) return null;
      const letGo = async (): Promise<void> => {
        await handOver.letGo();
        guard.watch(null);
      };
      return { ...handOver, letGo };
    },
  };
}
