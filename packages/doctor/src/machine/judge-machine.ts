import { type Check, found, well } from "../check.ts";
import type {
  DaemonEvidence,
  EngineEvidence,
  HomeEvidence,
  HostsEvidence,
  NamesEvidence,
  ProgramsEvidence,
  ProxyVariablesEvidence,
  TrustEvidence,
} from "./machine-evidence.ts";

const mega = 1_000_000;

/** A home that cannot be used, or damaged settings of the machine. */
export function judgeHome({ path, failure, freeBytes }: HomeEvidence): Check[] {
  const home =
    failure === null
      ? well("home", `cspace's home is ${path}`)
      : found("home", "fail", { message: failure.message, evidence: [failure.code], fix: failure.hint });
  if (freeBytes === null) return [home];
  const free = `${Math.round(freeBytes / mega)} MB are free on the disk of ${path}`;
  if (freeBytes < 50 * mega)
    return [home, found("disk", "fail", { message: free, fix: "docker system df, then: docker system prune" })];
  if (freeBytes < 1000 * mega) return [home, found("disk", "warn", { message: free, fix: "cspace gc" })];
  return [home, well("disk", free)];
}

/** Other copies of cspace before this one on `PATH`. */
export function judgePrograms({ version, onPath }: ProgramsEvidence): Check {
  const evidence = onPath.map(({ path, version: own }) => `${path} ${own ?? ""}`.trim());
  const other = onPath.find((one) => one.version !== null && one.version !== version);
  if (other !== undefined) {
    const message = `${other.path} is version ${other.version}, and this is ${version}`;
    return found("programs", "warn", { message, evidence, fix: `remove or update ${other.path}` });
  }
  return well("programs", `this is cspace ${version}`, evidence);
}

/** An engine that does not answer, is too old, has another time, or has no addresses left. */
export function judgeEngine(evidence: EngineEvidence): Check[] {
  const { failure, endpoint, version, isUsed, compose, composeVersion, skewMs, freeSubnets, pool } = evidence;
  if (failure !== null) {
    const { code, message, hint } = failure;
    // Without one the gateway serves processes: that is well where nothing is missed.
    const status = isUsed || code === "CSPACE_ENGINE_DENIED" || code === "CSPACE_CONTEXT_UNKNOWN" ? "fail" : "warn";
    return [found("engine", status, { message, evidence: [code], fix: hint })];
  }
  return [
    well("engine", `Docker ${version ?? ""} answers at ${endpoint}`),
    compose === null
      ? well("compose", `Docker Compose ${composeVersion ?? ""}`.trim())
      : found("compose", "fail", { message: compose.message, evidence: [compose.code], fix: compose.hint }),
    ...judgeClock(skewMs),
    ...judgePool(freeSubnets, pool),
  ];
}

/** Certificates, and programs that compare times, allow for less than a minute. */
function judgeClock(skewMs: number | null): Check[] {
  if (skewMs === null) return [];
  const seconds = Math.round(skewMs / 1000);
  const message = `the engine's clock is ${Math.abs(seconds)} s ${seconds < 0 ? "behind" : "ahead of"} this machine's`;
  if (Math.abs(skewMs) >= 60_000) return [found("clock", "fail", { message, fix: "restart the engine" })];
  if (Math.abs(skewMs) >= 5_000) return [found("clock", "warn", { message, fix: "restart the engine" })];
  return [well("clock", "the engine's clock is this machine's")];
}

function judgePool(free: number | null, pool: string): Check[] {
  if (free === null) return [];
  if (free === 0) {
    return [
      found("subnets", "fail", {
        message: `no network is left of ${pool}`,
        fix: "cspace gc, or cspace down what is not needed",
      }),
    ];
  }
  if (free < 4)
    return [found("subnets", "warn", { message: `${free} networks are left of ${pool}`, fix: "cspace gc" })];
  return [well("subnets", `${free} networks are left of ${pool}`)];
}

/** A daemon that hangs, is of another version, or is missed. */
export function judgeDaemon({ state, pid, version, protocol, neededFor }: DaemonEvidence): Check {
  const evidence = pid === null ? [] : [`pid ${pid}, version ${version}`];
  if (state === "silent") {
    const message = "cspace's daemon accepts and does not answer";
    return found("daemon", "fail", {
      message,
      evidence,
      fix: "end it (its command is `cspace daemon`), then: cspace up",
    });
  }
  if (state === "none") {
    if (neededFor === null) return well("daemon", "no daemon runs, and none is needed");
    return found("daemon", "fail", { message: `no daemon runs, which ${neededFor}`, fix: "cspace list", safe: true });
  }
  if (protocol === "newer") {
    const message = `the daemon is of a newer version of cspace, ${version}`;
    return found("daemon", "fail", { message, evidence, fix: "update cspace in this project" });
  }
  if (protocol === "older") {
    const message = `the daemon is of an older version of cspace, ${version}, and is replaced by the next start`;
    return found("daemon", "warn", { message, evidence, fix: "cspace up" });
  }
  return well("daemon", "the daemon answers", evidence);
}

/** A domain whose names do not lead to this machine. */
export function judgeNames({ domain, state, reason, fix, resolver, isBuiltIn }: NamesEvidence): Check {
  const id = `names.${domain}`;
  if (state === "ok") return well(id, `names under ${domain} lead to this machine`, [resolver]);
  const message = `names under ${domain} do not lead to this machine: ${reason ?? state}`;
  // Where browsers find them by themselves, some programs miss them alone.
  if (state === "no-rule" && isBuiltIn)
    return well(id, `${domain} is found by browsers themselves: ${reason}`, [resolver]);
  const status = state === "slow" || state === "no-rule" ? "warn" : "fail";
  return found(id, status, {
    message: state === "slow" ? `names under ${domain}: ${reason}` : message,
    evidence: [resolver],
    fix,
  });
}

/** Names that `/etc/hosts` leads elsewhere: every program asks it first. */
export function judgeHosts({ domain, lines }: HostsEvidence): Check | undefined {
  const elsewhere = lines.filter(({ address }) => !/^(127\.|::1$)/.test(address));
  const [first] = elsewhere;
  if (first === undefined) return undefined;
  return found(`hosts.${domain}`, "fail", {
    message: `/etc/hosts leads ${first.names.join(", ")} to ${first.address}`,
    evidence: elsewhere.map(({ address, names }) => `${address} ${names.join(" ")}`),
    fix: "take these lines out of /etc/hosts",
  });
}

/** Programs that ask a proxy of a company's for names that it cannot know. */
export function judgeProxyVariables({ proxy, noProxy, domains }: ProxyVariablesEvidence): Check {
  if (proxy === null) return well("proxy-variables", "no program is sent to another proxy");
  const isSpared = (domain: string): boolean =>
    noProxy.some((entry) => {
      const suffix = entry.replace(/^\*?\.?/, "").toLowerCase();
      return entry === "*" || (suffix !== "" && (domain === suffix || domain.endsWith(`.${suffix}`)));
    });
  const missing = domains.filter((domain) => !isSpared(domain));
  if (missing.length === 0) return well("proxy-variables", `${proxy.name} leaves out what cspace serves`, noProxy);
  return found("proxy-variables", "warn", {
    message: `${proxy.name} sends programs to ${proxy.value} for names under ${missing.join(", ")}`,
    evidence: [`NO_PROXY is ${noProxy.join(",") || "not set"}`],
    fix: `export NO_PROXY="${[...noProxy, ...missing.map((domain) => `.${domain}`), "localhost", "127.0.0.1"].join(",")}"`,
  });
}

/** An authority that browsers do not trust. */
export function judgeTrust({ stores }: TrustEvidence): Check {
  if (stores === null) return well("trust", "there is no certificate authority yet");
  const missing = stores.filter(({ state }) => state === "not-trusted");
  const evidence = stores.map(({ readers, state }) => `${readers}: ${state}`);
  if (missing.length === 0) return well("trust", "the certificate authority is trusted", evidence);
  const readers = missing.map((one) => one.readers).join("; ");
  const message = `HTTPS of this machine is not trusted by ${readers}`;
  return found("trust", "warn", { message, evidence, fix: "cspace trust install" });
}
