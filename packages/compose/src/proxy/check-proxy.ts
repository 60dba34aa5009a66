import { request } from "node:http";

/** Whether something answers HTTP on a port of 127.0.0.1, within `timeoutMs`. */
export function answersHttp(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = request({ host: "127.0.0.1", port, method: "GET", path: "/", timeout: timeoutMs, agent: false });
    const settle = (value: boolean): void => {
      done(value);
      probe.destroy();
    };
    probe.once("response", () => settle(true));
    probe.once("timeout", () => settle(false));
    probe.once("error", () => settle(false));
    probe.end();
  });
}

/** Asks again and again until `check` holds; `false` when it did not within `timeoutMs`. */
export async function untilTrue(
  check: () => Promise<boolean>,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    if (await check()) return true;
    if (Date.now() >= deadline) return false;
    await new Promise((done) => setTimeout(done, 40));
  }
}
