import { type Check, found, well } from "../check.ts";

/** Traefik and CoreDNS, or the gateway. */
export interface ProxyEvidence {
  readonly engine: "docker" | "gateway";
  readonly state: "running" | "degraded" | "stopped";
  /** Those of its parts that do not run. */
  readonly missing: readonly string[];
  readonly stuck: readonly string[];
  /** A container of somebody else's that has one of its names. */
  readonly foreign: string | null;
  /** The home that it was started from, and this one's. */
  readonly home: string | null;
  readonly ownHome: string;
  /** Whether that other home is gone. */
  readonly isHomeGone: boolean;
  /** Whether it is as this version would make it; `null`: nobody knows. */
  readonly isCurrent: boolean | null;
  /** Whether a newer version made it, in a way that this one does not know. */
  readonly isNewer: boolean;
  /** Whether anything is there that it would serve. */
  readonly isNeeded: boolean;
  readonly httpPort: number | null;
  /** Of its parts: `Traefik 3.7.15`. */
  readonly versions: readonly string[];
  /** What answers on that port. */
  readonly answer: "proxy" | "other" | "refused" | "timeout" | null;
  /** Who has the port, where it is not the proxy; `null`: nobody, or nobody can tell. */
  readonly holder: string | null;
  /** Where DNS does not run: the UDP port that it would have, and who has that. */
  readonly dns: { readonly port: number; readonly holder: string | null } | null;
}

const id = "proxy";

/** What keeps the proxy from serving this machine: whose it is, whether it runs, and what answers on its port. */
export function judgeProxy(evidence: ProxyEvidence): Check[] {
  const { engine, httpPort } = evidence;
  const [whose] = [judgeOwner(evidence), judgeState(evidence)].filter((check) => check !== undefined);
  if (whose !== undefined) return [whose];
  if (evidence.state === "stopped") return [well(id, "the proxy does not run, and nothing needs it")];
  const name = engine === "docker" ? "Traefik" : "the gateway";
  return [
    well(id, `${name} runs`, [...evidence.versions, ...(httpPort === null ? [] : [`port ${httpPort}`])]),
    ...judgeAnswer(evidence),
    ...judgeDrift(evidence),
  ];
}

function judgeOwner({ foreign, home, ownHome, isHomeGone, isNewer, state }: ProxyEvidence): Check | undefined {
  if (isNewer) {
    const message = "the proxy was started by a newer version of cspace";
    return found(id, "fail", { message, fix: "update this one: npm install --save-dev @cspace/cli@latest" });
  }
  if (foreign !== null) {
    const message = `a container named ${foreign} exists that cspace did not make`;
    return found(id, "fail", { message, fix: `remove it if nothing needs it: docker rm -f ${foreign}` });
  }
  if (home === null || home === ownHome || isHomeGone) return undefined;
  const message = `the proxy was started from another home, ${home}, and this one is ${ownHome}`;
  const status = state === "running" ? "warn" : "fail";
  return found(id, status, {
    message,
    fix: `stop it there: CSPACE_HOME=${home} cspace proxy down; then: cspace proxy up`,
  });
}

function judgeState({ state, stuck, missing, isNeeded, holder, httpPort, dns }: ProxyEvidence): Check | undefined {
  const [first] = stuck;
  if (first !== undefined) {
    const message = `${stuck.join(" and ")} is paused, or keeps ending`;
    return found(id, "fail", { message, evidence: [`docker logs ${first}`], fix: "cspace proxy up", safe: true });
  }
  if (state === "running" || (state === "stopped" && !isNeeded)) return undefined;
  const what = state === "stopped" ? "the proxy does not run" : `${missing.join(" and ")} does not run`;
  if (holder !== null) {
    const message = `${what}, and port ${httpPort} is held by ${holder}`;
    return found(id, "fail", {
      message,
      fix: "stop that program, or let cspace choose: cspace proxy up --http-port auto",
    });
  }
  if (state === "degraded" && dns !== null && dns.holder !== null) {
    const message = `${what}, and UDP port ${dns.port} is held by ${dns.holder}`;
    return found(id, "fail", {
      message,
      fix: "stop that program, or let cspace choose: cspace proxy up --dns-port auto",
    });
  }
  return found(id, "fail", { message: what, fix: "cspace proxy up", safe: true });
}

function judgeAnswer({ answer, httpPort, holder }: ProxyEvidence): Check[] {
  if (httpPort === null || answer === null) return [];
  const where = `port ${httpPort} of 127.0.0.1`;
  switch (answer) {
    case "proxy":
      return [well("port", `the proxy answers on ${where}`)];
    case "other":
      return [
        found("port", "fail", {
          message: `on ${where} something else answers${holder === null ? "" : `: ${holder}`}`,
          fix: "stop that program, or let cspace choose: cspace proxy up --http-port auto",
        }),
      ];
    default: {
      const how = answer === "refused" ? "nobody takes connections" : "connections are swallowed";
      return [
        found("port", "fail", {
          message: `the proxy runs, and ${how} on ${where}`,
          fix: "see what filters loopback (a firewall, a VPN), then restart the engine",
        }),
      ];
    }
  }
}

function judgeDrift({ isCurrent }: ProxyEvidence): Check[] {
  if (isCurrent !== false) return [];
  const message = "the proxy is not as this version of cspace, or its configuration, would make it";
  return [found("drift", "warn", { message, fix: "cspace proxy up", safe: true })];
}
