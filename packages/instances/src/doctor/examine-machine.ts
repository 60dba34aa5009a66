import { homePaths } from "@cspace/compose";
import {
  type Check,
  judgeBrowsers,
  judgeDaemon,
  judgeDns,
  judgeEngine,
  judgeHome,
  judgeHosts,
  judgeLookup,
  judgeNames,
  judgePrograms,
  judgeProxy,
  judgeProxyVariables,
  judgeTrust,
} from "@cspace/doctor";
import { within } from "@cspace/ports";
import { createContext, type InstanceOptions } from "../options.ts";
import { readBrowsers } from "./browser/read-browsers.ts";
import { readDaemonState } from "./read-daemon.ts";
import { readDns } from "./read-dns.ts";
import { readEngine } from "./read-engine.ts";
import { readHome, readPrograms } from "./read-home.ts";
import { readLookup } from "./read-lookup.ts";
import { readHosts, readNames } from "./read-names.ts";
import { readProxy } from "./read-proxy.ts";
import { readProxyVariables } from "./read-proxy-variables.ts";
import { readTrustState } from "./read-trust-state.ts";
import type { Reading } from "./reading.ts";

/** Options of {@link examineMachine}. */
export interface ExamineMachineOptions extends InstanceOptions {
  /** That of the program that asks. */
  readonly version: string;
  /** For each hop; they are looked at at once. In milliseconds. @default 8_000 */
  readonly timeoutMs?: number | undefined;
}

/**
 * Looks at every hop of this machine, all at once, and judges each; in the order in which one needs the other. What hangs is
 * `unknown` when its time is over.
 *
 * @example
 * ```ts
 * const checks = await examineMachine({ version: "1.0.0" });
 * firstFinding(checks)?.fix; //=> { command: "cspace proxy up", safe: true }
 * ```
 */
export async function examineMachine(options: ExamineMachineOptions): Promise<Check[]> {
  const { version, timeoutMs = 8000 } = options;
  const context = createContext(options);
  const reading: Reading = { context, paths: homePaths({ env: context.env }), timeoutMs: timeoutMs / 2 };
  const look = async <Evidence>(
    id: string,
    read: (reading: Reading) => Promise<Evidence>,
    judge: (evidence: Evidence) => Check | readonly Check[] | undefined,
  ): Promise<Check[]> => {
    const unknown = (message: string): Check[] => [{ id, status: "unknown", message, evidence: [], fix: null }];
    try {
      const evidence = await within(read(reading), timeoutMs);
      if (evidence === undefined) return unknown(`nobody answered within ${timeoutMs / 1000} s`);
      return [judge(evidence) ?? []].flat();
    } catch (error) {
      return unknown((error as Error).message);
    }
  };
  const checks = await Promise.all([
    look("home", readHome, judgeHome),
    look("programs", (one) => readPrograms(one, version), judgePrograms),
    look("engine", readEngine, judgeEngine),
    look("proxy", readProxy, judgeProxy),
    look("daemon", readDaemonState, judgeDaemon),
    look("dns", readDns, judgeDns),
    look("hosts", readHosts, (all) => all.flatMap((one) => judgeHosts(one) ?? [])),
    look("names", readNames, (all) => all.map(judgeNames)),
    look("lookup", readLookup, (one) => (one === undefined ? [] : judgeLookup(one))),
    look("proxy-variables", readProxyVariables, judgeProxyVariables),
    look("trust", readTrustState, judgeTrust),
    look("browsers", readBrowsers, judgeBrowsers),
  ]);
  return checks.flat();
}
