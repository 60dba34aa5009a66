import { request } from "node:http";
import { join } from "node:path";

/** What of a daemon's answers tests look at. */
export interface DaemonAnswer {
  readonly pid: number;
  readonly protocol: number;
  readonly gateway: { readonly httpPort: number | null; readonly dnsPort: number | null };
  readonly instances?: readonly object[];
}

/** Asks the daemon of a home; `undefined` when there is none. */
export function askDaemon(
  home: string,
  method: string,
  path: string,
  body?: object,
): Promise<DaemonAnswer | undefined> {
  return new Promise((resolve) => {
    const socketPath = join(home, "run/daemon.sock");
    const sent = request({ socketPath, method, path, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.once("end", () => resolve(JSON.parse(text)));
    });
    sent.once("error", () => resolve(undefined));
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
