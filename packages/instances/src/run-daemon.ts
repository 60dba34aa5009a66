import { homePaths, readMachineConfig } from "@cspace/compose";
import { findPredecessor, runDaemon } from "@cspace/daemon";
import { createAnswer } from "./answer/create-answer.ts";

/** How {@link runDaemonOfInstances} is called. */
interface DaemonOfInstances {
  readonly version: string;
  readonly signal: AbortSignal;
  /** Whether it goes on for the daemon that has started it. */
  readonly takesOver: boolean;
}

/** Is the daemon that programs start which use this package. */
export async function runDaemonOfInstances({ version, signal, takesOver }: DaemonOfInstances): Promise<void> {
  const { env, platform } = process;
  await runDaemon({
    ...{ version, signal, predecessor: takesOver ? findPredecessor(process) : undefined },
    answer: async (daemon) => {
      const { domains } = await readMachineConfig(homePaths({ env }));
      return createAnswer({ domains, env, platform, ...daemon });
    },
  });
}
