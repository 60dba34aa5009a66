import { type Check, found, well } from "../check.ts";
import type { Failure } from "./failure.ts";

/** cspace's own files. */
export interface HomeEvidence {
  readonly path: string;
  /** What is wrong with the folder or its `config.json`; `null`: nothing. */
  readonly failure: Failure | null;
  /** Bytes that are free on its disk; `null`: nobody knows. */
  readonly freeBytes: number | null;
}

/** The programs called `cspace` on `PATH`, and the one that runs. */
export interface ProgramsEvidence {
  readonly version: string;
  /** Real paths, in the order of `PATH`. */
  readonly onPath: readonly { readonly path: string; readonly version: string | null }[];
}

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
