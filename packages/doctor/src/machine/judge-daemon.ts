import { type Check, found, well } from "../check.ts";

/** cspace's daemon. */
export interface DaemonEvidence {
  readonly state: "none" | "answers" | "silent";
  readonly pid: number | null;
  readonly version: string | null;
  /** How it speaks beside this version. */
  readonly protocol: "same" | "older" | "newer" | null;
  /** Why it is needed: what it holds, or what sleeps; `null`: it is not. */
  readonly neededFor: string | null;
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
