import { planCommand } from "./plan-command.ts";
import { readScripts } from "./read-scripts.ts";
import { type StartedProcess, startProcess } from "./start-process.ts";
import type { Supervision } from "./supervision.ts";

/**
 * Starts a process, which is told to listen on a port.
 *
 * @throws `CSPACE_PROCESS_START_FAILED`; the reason of `halt`.
 */
export async function startAtPort(
  { spec, env, output, halt, system }: Supervision,
  port: number,
): Promise<StartedProcess> {
  const { platform } = system;
  const { cwd, host, domains, proxyPort } = spec;
  const planned = planCommand(spec.command, {
    port,
    ...(await readScripts(cwd, spec.command)),
    platform,
    ...(host === undefined ? {} : { host }),
    ...(domains === undefined ? {} : { domains }),
    ...(proxyPort === undefined ? {} : { proxyPort }),
  });
  halt.throwIfAborted();
  await output.note(`$ ${planned.command}`);
  const { PORT, HOST } = planned.env;
  return await startProcess(planned.command, {
    cwd,
    env: { ...env, ...planned.env, ...spec.env, PORT, HOST },
    platform,
  });
}
