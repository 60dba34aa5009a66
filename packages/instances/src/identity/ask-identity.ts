import { request } from "node:http";
import { identityPath } from "@cspace/hostnames";
import { usualPorts } from "@cspace/ports";
import type { Identity } from "./identity.ts";

/** What came of asking a hostname who answers. `untold`: something did, and it was not cspace's daemon. */
export type AskedIdentity =
  | { readonly state: "told"; readonly identity: Identity }
  | { readonly state: "unknown" }
  | { readonly state: "untold"; readonly status: number }
  | { readonly state: "unreachable"; readonly reason: string };

/** Options of {@link askIdentity}. */
export interface AskIdentityOptions {
  readonly hostname: string;
  /** Where the proxy of this machine answers HTTP. */
  readonly port: number;
  /** In milliseconds. @default 5000 */
  readonly timeoutMs?: number;
}

/** More than this is no answer of the daemon, in bytes. */
const maxBytes = 65_536;

/** Asks a hostname, by way of the proxy of this machine and of no resolver, who answers under it. */
export function askIdentity({ hostname, port, timeoutMs = 5000 }: AskIdentityOptions): Promise<AskedIdentity> {
  const host = port === usualPorts.http ? hostname : `${hostname}:${port}`;
  const headers = { host, accept: "application/json", "x-cspace-probe": "1" };
  return new Promise((resolve) => {
    const sent = request({ host: "127.0.0.1", port, path: identityPath, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (text.length > maxBytes) response.destroy();
      });
      response.once("close", () => resolve(judgeAnswer(response.statusCode ?? 0, text)));
    });
    sent.setTimeout(timeoutMs, () => void sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    sent.once("error", (error: NodeJS.ErrnoException) =>
      resolve({ state: "unreachable", reason: error.code ?? error.message }),
    );
    sent.end();
  });
}

function judgeAnswer(status: number, text: string): AskedIdentity {
  const told = parse(text);
  if (status === 200 && typeof told.directory === "string" && typeof told.label === "string") {
    return { state: "told", identity: told as unknown as Identity };
  }
  return status === 404 && told.error === "unknown-route" ? { state: "unknown" } : { state: "untold", status };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null ? { ...data } : {};
  } catch {
    return {};
  }
}
