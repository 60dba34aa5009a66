import { request } from "node:http";
import { CspaceError } from "@cspace/errors";
import { probeDns } from "@cspace/ports";
import type { ComposeErrorCode } from "../errors.ts";
import type { ProxyPorts } from "./read-port-conflict.ts";

/** Options of {@link requireAnswers}. */
export interface RequireAnswersOptions extends ProxyPorts {
  /** One that the proxy serves. */
  readonly domain: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asserts that the proxy answers on its ports, which it has 15 s for.
 *
 * @throws {CspaceError} `CSPACE_PROXY_FAILED`, naming the port.
 */
export async function requireAnswers({ httpPort, dnsPort, domain, signal }: RequireAnswersOptions): Promise<void> {
  const wait = { timeoutMs: 15_000, signal };
  if (!(await untilTrue(() => answersHttp(httpPort, 1000), wait)))
    throw noAnswer(`the proxy does not answer on port ${httpPort}`);
  // A question that is sent before DNS listens is lost, so a short patience each is what makes this fast.
  if (dnsPort !== null && !(await untilTrue(() => probeDns(dnsPort, `check.${domain}`, { timeoutMs: 250 }), wait)))
    throw noAnswer(`the proxy's DNS does not answer on port ${dnsPort}`);
}

function noAnswer(message: string): CspaceError<ComposeErrorCode> {
  return new CspaceError("CSPACE_PROXY_FAILED", message, { hint: "read its log: cspace proxy logs" });
}

/** Whether something answers HTTP on a port of 127.0.0.1, within `timeoutMs`. */
function answersHttp(port: number, timeoutMs: number): Promise<boolean> {
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
async function untilTrue(
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
