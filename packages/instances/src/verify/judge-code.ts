import type { Identity } from "../identity/identity.ts";

/** What is known of the code that answers under the URL of a route. */
export interface CodeEvidence {
  /** `dev.mercury.shop`. */
  readonly name: string;
  /** What to call the instance by in a command. */
  readonly instance: string;
  /** How a directory is written for who reads the answer. */
  readonly show: (directory: string) => string;
  /** Whether the instance is of the directory that asks. */
  readonly isOwn: boolean;
  readonly state: "running" | "partial" | "stopped" | "asleep";
  readonly health: "up" | "starting" | "asleep" | "down";
  /** Why it is not up, as far as that is known. */
  readonly reason: string | null;
  /** Who is known to serve the route, and what said so itself where it was asked. */
  readonly expected: Identity;
  readonly told: Told;
  /** Who holds the port that the process of the route was told, where that is not it. */
  readonly intruder: { readonly port: number; readonly holder: string } | null;
  readonly code: CodeState;
}

/** What came of asking the URL who answers. `unasked`: it is a port of this machine, or was switched off. */
export type Told =
  | { readonly state: "told"; readonly identity: Identity }
  | { readonly state: "unasked" | "unknown" }
  | { readonly state: "untold"; readonly what: string };

/** Whether what runs is what is on disk. `path` is for who reads the answer. */
export type CodeState =
  | { readonly state: "same" }
  /** Changed after it was started, and it does not look again. */
  | { readonly state: "changed"; readonly path: string }
  /** Changed after its image was built. */
  | { readonly state: "unbuilt"; readonly path: string }
  /** Its container is of an older image than the one that is there now. */
  | { readonly state: "older-image"; readonly image: string }
  /** It was started by other settings than those that are there now. */
  | { readonly state: "reconfigured"; readonly path: string };

/** What a verification comes to. */
export type Judgement =
  | { readonly verified: true }
  | { readonly verified: false; readonly reason: string; readonly hint: string };

/** Judges whether a URL is served by the directory that asks, and by what is on disk there now. Pure. */
export function judgeCode(evidence: CodeEvidence): Judgement {
  const { name, instance, isOwn, expected, health, told, intruder, show, state } = evidence;
  if (!isOwn)
    return no(`${name} is served from ${from(expected, show)}`, "start an instance of this directory: cspace up");
  if (health === "asleep" || state === "asleep")
    return no(`${name} sleeps, so nobody answers yet`, `cspace wake ${instance}`);
  if (intruder !== null) {
    const reason = `port ${intruder.port} is held by ${intruder.holder}, which cspace did not start`;
    return no(reason, `end that, then: cspace restart --instance ${instance}`);
  }
  if (told.state === "told" && !isSame(told.identity, expected)) {
    return no(`${name} is served from ${from(told.identity, show)}`, "cspace doctor");
  }
  if (told.state === "untold") return no(`nothing proves who answers under ${name}: ${told.what}`, "cspace doctor");
  if (told.state === "unknown") return no(`nobody is known to serve ${name}`, `cspace up ${instance}`);
  if (health !== "up") {
    const why = evidence.reason === null ? "" : `: ${evidence.reason}`;
    return no(`${name} is ${health === "starting" ? "still starting" : "down"}${why}`, `cspace up ${instance}`);
  }
  return judgeState(evidence);
}

function judgeState({ code, instance, name }: CodeEvidence): Judgement {
  switch (code.state) {
    case "same":
      return { verified: true };
    case "changed":
      return no(
        `started before ${code.path} changed, and this server does not reload`,
        `cspace restart --instance ${instance}`,
      );
    case "unbuilt":
      return no(`built before ${code.path} changed`, `cspace up ${instance} --build`);
    case "older-image":
      return no(
        `its container is of an older ${code.image} than the one that is there now`,
        `cspace up ${instance} --recreate`,
      );
    case "reconfigured":
      return no(`${name} was started before ${code.path} said something else of it`, `cspace up ${instance}`);
  }
}

const no = (reason: string, hint: string): Judgement => ({ verified: false, reason, hint });

function from({ directory, branch }: Identity, show: CodeEvidence["show"]): string {
  return branch === null ? show(directory) : `${show(directory)}, branch ${branch}`;
}

function isSame(one: Identity, other: Identity): boolean {
  const keys = ["project", "instance", "label", "directory"] as const;
  return keys.every((key) => one[key] === other[key]);
}
