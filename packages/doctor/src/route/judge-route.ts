import { type Check, found, well } from "../check.ts";
import type { RouteEvidence } from "./route-evidence.ts";

/** Judges a route hop by hop, from its name to its app's answer; behind one that fails nothing is judged. */
export function judgeRoute(evidence: RouteEvidence): Check[] {
  const checks: Check[] = [];
  for (const judge of [
    judgeName,
    judgeInstance,
    judgeServer,
    judgeAttachment,
    judgeRouter,
    judgeListening,
    judgeAnswer,
  ]) {
    const judged = judge(evidence);
    checks.push(...judged);
    if (judged.some(({ status }) => status === "fail")) break;
    if (evidence.state === "asleep") break;
  }
  return checks;
}

const idOf = ({ label }: RouteEvidence, hop: string): string => `route.${label}.${hop}`;

function judgeName(evidence: RouteEvidence): Check[] {
  const { hostname, resolved, isBuiltIn } = evidence;
  const id = idOf(evidence, "name");
  if (resolved === "elsewhere") {
    const message = `${hostname} leads to another machine`;
    return [found(id, "fail", { message, fix: "see what answers for it: cspace dns status, and /etc/hosts" })];
  }
  if (resolved === "missing" && !isBuiltIn) {
    return [found(id, "warn", { message: `programs do not find ${hostname}`, fix: "cspace dns install" })];
  }
  return [well(id, resolved === "loopback" ? `${hostname} leads to this machine` : `browsers find ${hostname}`)];
}

function judgeInstance(evidence: RouteEvidence): Check[] {
  const { instance, project, state, gone, directory } = evidence;
  const id = idOf(evidence, "instance");
  if (gone) {
    const message = `the directory of ${instance} of ${project}, ${directory}, is gone`;
    return [
      found(id, "warn", { message, fix: "go on from another one: cspace adopt; or remove what is left: cspace gc" }),
    ];
  }
  if (state === "asleep") return [well(id, `${instance} sleeps, and a request to ${evidence.hostname} wakes it`)];
  if (state === "stopped") {
    return [
      found(id, "fail", {
        message: `nothing of ${instance} runs`,
        fix: `cspace start --instance ${instance}`,
        safe: true,
      }),
    ];
  }
  return [well(id, `${instance} of ${project} is ${state}`)];
}

function judgeServer(evidence: RouteEvidence): Check[] {
  const { server, running, reason, instance } = evidence;
  const id = idOf(evidence, server.kind);
  if (running && reason === null) return [well(id, `the ${server.kind} ${server.name} runs`)];
  const message = `the ${server.kind} ${server.name} ${running ? "is not ready" : "does not run"}${reason === null ? "" : `: ${reason}`}`;
  return [
    found(id, "fail", {
      message,
      evidence: [`cspace logs ${server.name} --instance ${instance}`],
      fix: running ? `read why: cspace logs ${server.name} --instance ${instance}` : `cspace up ${instance}`,
    }),
  ];
}

function judgeAttachment(evidence: RouteEvidence): Check[] {
  const { sharedNetworks, server, instance } = evidence;
  const id = idOf(evidence, "network");
  if (sharedNetworks === null) return [];
  if (sharedNetworks.length > 0) return [well(id, `the proxy and ${server.name} share a network`, sharedNetworks)];
  const message = `the proxy and ${server.name} share no network`;
  return [found(id, "fail", { message, fix: `cspace up ${instance}`, safe: true })];
}

function judgeRouter(evidence: RouteEvidence): Check[] {
  const { proxy, hostname, instance } = evidence;
  const id = idOf(evidence, "router");
  if (proxy === "claimed") return [well(id, `the proxy serves ${hostname}`)];
  if (proxy === "unclaimed") {
    const message = `the proxy knows no route for ${hostname}`;
    return [found(id, "fail", { message, fix: `cspace up ${instance} --recreate` })];
  }
  // The proxy's own hop tells why.
  return [found(id, "unknown", { message: `the proxy could not be asked for ${hostname}` })];
}

function judgeListening(evidence: RouteEvidence): Check[] {
  const { listeners, server, status } = evidence;
  const id = idOf(evidence, "listening");
  if (listeners === null) return [];
  const own = listeners.filter(({ port }) => port === server.port);
  const shown = listeners.map(({ address, port }) => `${address}:${port}`);
  if (own.length === 0) {
    // Who answers listens somewhere, whatever its system shows.
    if (status !== null && status < 500) return [];
    const message = `nothing listens on port ${server.port} in ${server.name}${shown.length === 0 ? "" : `; it listens on ${shown.join(", ")}`}`;
    return [
      found(id, "fail", {
        message,
        evidence: shown,
        fix: `let it listen on port ${server.port}, or say its port in .cspace.json`,
      }),
    ];
  }
  const isOpen = own.some(({ address }) => address === "0.0.0.0" || address === "::");
  if (isOpen || server.kind === "process") return [well(id, `${server.name} listens on port ${server.port}`, shown)];
  const message = `${server.name} listens on ${own.map(({ address }) => address).join(", ")} inside its container, where nobody else reaches it`;
  return [found(id, "fail", { message, evidence: shown, fix: "let it listen on 0.0.0.0" })];
}

function judgeAnswer(evidence: RouteEvidence): Check[] {
  const { status, server, refused, speaks, scheme, location, hostname } = evidence;
  const id = idOf(evidence, "answer");
  if (speaks !== null && speaks !== "other" && speaks !== scheme) {
    const message = `${server.name} speaks ${speaks}, and the proxy was told ${scheme}`;
    return [found(id, "fail", { message, fix: `"scheme": "${speaks}" in its route of .cspace.json, then: cspace up` })];
  }
  if (refused.length > 0) {
    const message = `${server.name} refuses to be asked for ${refused.join(", ")}`;
    return [
      found(id, "fail", { message, evidence: refused, fix: `let it allow these hosts; of Vite: server.allowedHosts` }),
    ];
  }
  if (status === null || (status >= 502 && status <= 504)) {
    const how = status === null ? "gives no answer in time" : `gives no answer: the proxy says ${status}`;
    return [found(id, "fail", { message: `${server.name} ${how}`, fix: `read why: cspace logs ${server.name}` })];
  }
  const checks = [well(id, `${server.name} answers ${status}`)];
  if (location !== null && leadsAway(location, hostname)) {
    const message = `${server.name} sends who asks for ${hostname} to ${location}`;
    checks.push(
      found(idOf(evidence, "redirect"), "warn", {
        message,
        fix: "let it use the URL in CSPACE_SERVICE_*_URL, or relative ones",
      }),
    );
  }
  return checks;
}

function leadsAway(location: string, hostname: string): boolean {
  if (!URL.canParse(location)) return false;
  return new URL(location).hostname !== hostname;
}
