import { readHead } from "./read-head.ts";

/** Options of {@link probeLocal}. */
export interface ProbeLocalOptions {
  /** Until the response's headers are complete, in milliseconds. @default 2_000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Whether anything that speaks HTTP answers at a URL: `up` whatever the status, also with a certificate nobody trusts;
 * `down` when nothing listens, something else than HTTP does, or no answer comes in time.
 *
 * @throws the signal's reason when it is aborted.
 * @example
 * ```ts
 * await probeLocal("http://localhost:3000"); //=> "up"
 * ```
 */
export async function probeLocal(url: string, options: ProbeLocalOptions = {}): Promise<"up" | "down"> {
  const { timeoutMs = 2_000, signal } = options;
  const head = await readHead(url, { timeoutMs, signal });
  return head.state === "answered" ? "up" : "down";
}
