import { type Check, found, well } from "../check.ts";
import type { Failure } from "./failure.ts";

/** The Docker engine. */
export interface EngineEvidence {
  /** Why there is none; `null`: one answers. */
  readonly failure: Failure | null;
  readonly endpoint: string | null;
  readonly version: string | null;
  /** What chose it: `DOCKER_HOST`, `the context colima`. */
  readonly chosenBy: string;
  /** Other engines of this machine that its contexts lead to, and that answer. */
  readonly others: readonly OtherEngine[];
  /** Whether the proxy's containers are on the engine that was chosen. */
  readonly hasProxy: boolean;
  /** Bytes that are free where it keeps images and volumes; `null`: nobody knows. */
  readonly freeBytes: number | null;
  /** Whether something was started with it here, so that it is missed. */
  readonly isUsed: boolean;
  /** What is wrong with Compose; `null`: nothing. */
  readonly compose: Failure | null;
  readonly composeVersion: string | null;
  /** How far its clock is ahead of this machine's, in milliseconds; `null`: nobody knows. */
  readonly skewMs: number | null;
  /** The networks that can still be made of the pool; `null`: nobody knows. */
  readonly freeSubnets: number | null;
  readonly pool: string;
}

/** An engine that another context leads to. */
export interface OtherEngine {
  readonly context: string;
  readonly endpoint: string;
  /** Whether containers of cspace's proxy are on it. */
  readonly hasProxy: boolean;
}

const mega = 1_000_000;

/** Older ones lack what cspace asks of them: `host.docker.internal` by `host-gateway` came with 20.10. */
const oldestVersion = [20, 10] as const;

/** An engine that does not answer, is too old, has another time, or has no addresses left. */
export function judgeEngine(evidence: EngineEvidence): Check[] {
  const { failure, endpoint, version, chosenBy, compose, composeVersion, skewMs, freeSubnets, pool } = evidence;
  if (failure !== null) {
    return [judgeAbsence(evidence, failure)];
  }
  const engine = isTooOld(version)
    ? found("engine", "fail", {
        message: `Docker ${version} is too old, older than ${oldestVersion.join(".")}`,
        fix: "update it: https://docs.docker.com/engine/install/",
      })
    : well("engine", `Docker ${version ?? ""} answers at ${endpoint}`, [`chosen by ${chosenBy}`]);
  return [
    engine,
    ...judgeContexts(evidence),
    ...judgeRoom(evidence),
    compose === null
      ? well("compose", `Docker Compose ${composeVersion ?? ""}`.trim())
      : found("compose", "fail", { message: compose.message, evidence: [compose.code], fix: compose.hint }),
    ...judgeClock(skewMs),
    ...judgePool(freeSubnets, pool),
  ];
}

function judgeAbsence({ isUsed, others, chosenBy }: EngineEvidence, { code, message, hint }: Failure): Check {
  // Without one the gateway serves processes: that is well where nothing is missed.
  const status = isUsed || code === "CSPACE_ENGINE_DENIED" || code === "CSPACE_CONTEXT_UNKNOWN" ? "fail" : "warn";
  const [other] = others;
  const evidence = [code, `chosen by ${chosenBy}`, ...others.map(({ context, endpoint }) => `${context}: ${endpoint}`)];
  return found("engine", status, { message, evidence, fix: other === undefined ? hint : choose(other, chosenBy) });
}

/** `DOCKER_HOST` goes before every context. */
function choose({ context }: OtherEngine, chosenBy: string): string {
  return `${chosenBy === "DOCKER_HOST" ? "unset DOCKER_HOST; " : ""}docker context use ${context}`;
}

function isTooOld(version: string | null): boolean {
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  const [oldest, oldestMinor] = oldestVersion;
  return major > 0 && (major < oldest || (major === oldest && minor < oldestMinor));
}

/** Two engines cannot both have port 80, and what runs on one is not seen from the other. */
function judgeContexts({ others, hasProxy, chosenBy }: EngineEvidence): Check[] {
  const other = others.find((one) => one.hasProxy);
  if (other === undefined) return [];
  const message = `cspace's proxy is also on another engine, that of the context ${other.context}`;
  const fix = hasProxy
    ? `docker --context ${other.context} rm -f cspace-proxy cspace-dns`
    : `${choose(other, chosenBy)}, if that is the one you use`;
  return [found("context", hasProxy ? "warn" : "fail", { message, evidence: [other.endpoint], fix })];
}

function judgeRoom({ freeBytes }: EngineEvidence): Check[] {
  if (freeBytes === null) return [];
  const message = `${Math.round(freeBytes / mega)} MB are free for the engine's images and volumes`;
  const fix = "cspace gc, or: docker system prune";
  if (freeBytes < 100 * mega) return [found("engine-disk", "fail", { message, fix })];
  if (freeBytes < 1000 * mega) return [found("engine-disk", "warn", { message, fix })];
  return [well("engine-disk", message)];
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
