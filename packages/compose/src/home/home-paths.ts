import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where cspace keeps its files. */
export interface HomePaths {
  readonly home: string;
  readonly config: string;
  readonly proxy: string;
  readonly instances: string;
  readonly run: string;
}

/** Options of {@link homePaths}. */
export interface HomePathsOptions {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** @default os.homedir() */
  readonly homedir?: string;
}

/**
 * Gives the paths of cspace's home folder: `CSPACE_HOME`, else `~/.cspace`.
 *
 * @example
 * ```ts
 * homePaths({ env: {}, homedir: "/home/ada" }).proxy; //=> "/home/ada/.cspace/proxy"
 * ```
 */
export function homePaths(options: HomePathsOptions = {}): HomePaths {
  const { env = process.env, homedir: user = homedir() } = options;
  const home = resolve(env.CSPACE_HOME || join(user, ".cspace"));
  return {
    home,
    config: join(home, "config.json"),
    proxy: join(home, "proxy"),
    instances: join(home, "instances"),
    run: join(home, "run"),
  };
}
