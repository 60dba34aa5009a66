/** How one hop is. `unknown`: nobody could tell; `warn`: it works, and may not for long, or not for everybody. */
export type CheckStatus = "ok" | "warn" | "fail" | "unknown";

/** What mends something. */
export interface Fix {
  /** A command to type, or a sentence where none would do. */
  readonly command: string;
  /** Whether cspace may do it by itself: nothing of anybody's is lost, and no rights are needed. */
  readonly safe: boolean;
}

/** One hop that was looked at. */
export interface Check {
  /** Of the hop: `engine`, `names.cspace.local`, `route.dev.container`. */
  readonly id: string;
  readonly status: CheckStatus;
  /** What is right or wrong, in one sentence without a full stop. */
  readonly message: string;
  /** By what that is seen, a line each. */
  readonly evidence: readonly string[];
  readonly fix: Fix | null;
}

/** A hop that is well. */
export function well(id: string, message: string, evidence: readonly string[] = []): Check {
  return { id, status: "ok", message, evidence, fix: null };
}

/** A hop that is not. */
export function found(
  id: string,
  status: Exclude<CheckStatus, "ok">,
  finding: {
    readonly message: string;
    readonly evidence?: readonly string[];
    /** @default nobody knows */
    readonly fix?: string | null | undefined;
    /** @default false */
    readonly safe?: boolean;
  },
): Check {
  const { message, evidence = [], fix = null, safe = false } = finding;
  return { id, status, message, evidence, fix: fix === null ? null : { command: fix, safe } };
}

/**
 * The check that tells what to do first: the first that fails in the order of the hops, for what fails behind it may fail
 * because of it; else the first that warns. `undefined`: all is well. Pure.
 */
export function firstFinding(checks: readonly Check[]): Check | undefined {
  return checks.find(({ status }) => status === "fail") ?? checks.find(({ status }) => status === "warn");
}
