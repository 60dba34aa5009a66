import { join, resolve } from "node:path";
import { CspaceError } from "@cspace/errors";

import type { ComposeErrorCode } from "../errors.ts";
import { userHome } from "./user-home.ts";

/** Where cspace keeps its files. */
export interface HomePaths {
  readonly home: string;
  readonly config: string;
  readonly proxy: string;
  /** The certificate authority, and the certificates that it issued. */
  readonly certs: string;
  readonly instances: string;
  readonly run: string;
  /** What coding agents were told in which directories. */
  readonly agents: string;
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
 * @throws {CspaceError} `CSPACE_HOME_MISSING` for a user without a home folder, where `CSPACE_HOME` says none either.
 * @example
 * ```ts
 * homePaths({ env: {}, homedir: "/home/ada" }).proxy; //=> "/home/ada/.cspace/proxy"
 * ```
 */
export function homePaths(options: HomePathsOptions = {}): HomePaths {
  const { env = process.env } = options;
  const home = resolve(env.CSPACE_HOME || join(options.homedir ?? requireUserHome(), ".cspace"));
  return {
    home,
    config: join(home, "config.json"),
    proxy: join(home, "proxy"),
    certs: join(home, "certs"),
    instances: join(home, "instances"),
    run: join(home, "run"),
    agents: join(home, "agents"),
  };
}

function requireUserHome(): string {
  const found = userHome();
  if (found !== undefined) return found;
  throw new CspaceError<ComposeErrorCode>("CSPACE_HOME_MISSING", "there is no home folder", {
    hint: "set HOME, or CSPACE_HOME to a folder for cspace's own files",
  });
}
