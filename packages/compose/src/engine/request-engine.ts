import { request } from "node:http";

/** Where an engine's API is reached without a client library. */
export type EngineTarget = { readonly socketPath: string } | { readonly host: string; readonly port: string };

/** Where the API of an endpoint is; `undefined` when it takes certificates, and so the client that reads them. */
export function engineTarget(endpoint: string): EngineTarget | undefined {
  if (endpoint.startsWith("unix://")) return { socketPath: endpoint.slice("unix://".length) };
  if (endpoint.startsWith("npipe://")) return { socketPath: endpoint.slice("npipe://".length).replaceAll("/", "\\") };
  const { hostname, port, protocol } = new URL(endpoint);
  if (port === "2376" || protocol === "https:") return undefined;
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port || "2375" };
}

/**
 * Asks an engine for what is at a path of its API, in one request; gives the text of its answer.
 *
 * @param timeoutMs For the whole answer, in milliseconds; 0: none.
 * @throws the system's error; `ETIMEDOUT`; one with `statusCode` for every answer but 200.
 * @see https://docs.docker.com/reference/api/engine/
 */
export function requestEngine(target: EngineTarget, path: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // A server's name that is given is not looked for in the header, which takes 3 ms the first time.
    const named = { servername: "" };
    const sent = request({ ...target, ...named, path, headers: { host: "docker" }, agent: false });
    const silent = (): void => void sent.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }));
    const timer = timeoutMs === 0 ? undefined : setTimeout(silent, timeoutMs);
    sent.once("close", () => clearTimeout(timer));
    sent.once("error", reject);
    sent.once("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      response.once("error", reject);
      response.once("end", () => {
        const { statusCode } = response;
        if (statusCode === 200) resolve(body);
        else reject(Object.assign(new Error(`it answers ${statusCode}: ${body.trim().slice(0, 200)}`), { statusCode }));
      });
    });
    sent.end();
  });
}
