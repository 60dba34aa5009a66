import { type Check, found, well } from "../check.ts";

/** The DNS that the rules of this machine's resolver lead to. */
export interface DnsEvidence {
  /** The UDP port of 127.0.0.1 that it has; `null`: it does not run, and the proxy's hop tells. */
  readonly port: number | null;
  /** What answers there. */
  readonly answer: "cspace" | "other" | "refused" | "timeout" | null;
  /** Who has the port, where that is not cspace. */
  readonly holder: string | null;
}

/** A DNS that is there and cannot be asked. */
export function judgeDns({ port, answer, holder }: DnsEvidence): Check | undefined {
  if (port === null) return undefined;
  const where = `UDP port ${port} of 127.0.0.1`;
  if (answer === "cspace") return well("dns", `cspace's DNS answers on ${where}`);
  if (answer === "other") {
    const message = `on ${where} another DNS answers${holder === null ? "" : `: ${holder}`}`;
    const fix = "stop that program, or let cspace choose: cspace proxy up --dns-port auto";
    return found("dns", "fail", { message, fix });
  }
  const how = answer === "refused" ? "nobody answers" : "questions are swallowed";
  return found("dns", "fail", {
    message: `cspace's DNS runs, and ${how} on ${where}`,
    fix: "see what filters loopback (a firewall, a VPN), then: cspace proxy up",
  });
}
