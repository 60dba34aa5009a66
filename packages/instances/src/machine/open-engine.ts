import { connectEngine, type DockerEngine, readMachineConfig } from "@cspace/compose";
import type { Context } from "../options.ts";
import { type ComposeHost, openCompose } from "./open-compose.ts";

/** The engine, Compose beside it, and cspace's home. */
export interface Machine extends ComposeHost {
  readonly engine: DockerEngine;
  /** The DNS port that a rule of the host's resolver names, or would have to, so that the proxy does not leave it. */
  readonly ruleDnsPort: () => Promise<number | null>;
}

/** Connects to the engine that the environment names. */
export async function openEngine(context: Pick<Context, "env" | "platform">): Promise<Machine> {
  const { env, platform } = context;
  const [host, engine] = await Promise.all([openCompose(context), connectEngine({ env, platform })]);
  const ruleDnsPort = async (): Promise<number | null> => {
    const [{ readFixedPort, readRulePort }, { domains }] = await Promise.all([
      import("@cspace/resolver"),
      readMachineConfig(host.paths),
    ]);
    return (await readRulePort({ domains, platform })) ?? (await readFixedPort({ platform }));
  };
  return { ...host, engine, ruleDnsPort };
}
