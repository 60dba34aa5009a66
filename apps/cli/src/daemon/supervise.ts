import { isCspaceError } from "@cspace/errors";
import { superviseProcess } from "@cspace/processes";
import type { HeldProcess } from "./holder.ts";
import type { ProcessRequest } from "./protocol.ts";

/** Options of {@link supervise}. */
export interface SuperviseOptions {
  /** The folder of its log. */
  readonly logs: string;
  readonly onChange: () => void;
}

/** Starts a process that a client asks for, and looks after it. */
export function supervise(request: ProcessRequest, { logs, onChange }: SuperviseOptions): HeldProcess {
  const { label, command, cwd, env, inherited, port, domains, restart = "no" } = request;
  const process = superviseProcess(
    { name: label, command, cwd, env, port, domains, restart },
    { env: inherited, log: { folder: logs } },
  );
  process.onChange(onChange);
  return {
    get state() {
      return process.state;
    },
    get port() {
      return process.port ?? port;
    },
    get host() {
      return process.address?.host ?? "127.0.0.1";
    },
    get error() {
      const { error } = process;
      if (error === null) return null;
      return isCspaceError(error)
        ? { code: error.code, message: error.message, hint: error.hint ?? null }
        : { code: "CSPACE_UNEXPECTED", message: error.message, hint: null };
    },
    lastLines: async (count) => process.lastLines(count),
    stop: () => process.stop(),
  };
}
