import { connect as connectHttp2 } from "node:http2";
import { connect as connectTls } from "node:tls";
import { readHead } from "./read-head.ts";

/** Options of {@link probeScheme}. */
export interface ProbeSchemeOptions {
  /** For each of the three, in milliseconds. @default 1_000 */
  readonly timeoutMs?: number;
}

/**
 * Finds what a port speaks, by speaking it: TLS, for servers that speak it have an answer in plain HTTP too; then HTTP;
 * then HTTP/2 without TLS. `null`: none of them.
 *
 * @example
 * ```ts
 * await probeScheme({ host: "127.0.0.1", port: 49173 }); //=> "https"
 * ```
 */
export async function probeScheme(
  { host, port }: { readonly host: string; readonly port: number },
  { timeoutMs = 1000 }: ProbeSchemeOptions = {},
): Promise<"http" | "https" | "h2c" | null> {
  if (await speaksTls(host, port, timeoutMs)) return "https";
  const address = host.includes(":") ? `[${host}]` : host;
  if ((await readHead(`http://${address}:${port}/`, { timeoutMs })).state === "answered") return "http";
  return (await speaksHttp2(`http://${address}:${port}`, timeoutMs)) ? "h2c" : null;
}

function speaksTls(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });
    const end = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), timeoutMs);
    socket.once("secureConnect", () => end(true));
    // Stays for good: dropping the connection may raise another error, which must find a listener.
    socket.on("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

/** RFC 9113, 3.4: the first thing that a server sends is its settings. */
function speaksHttp2(origin: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connectHttp2(origin);
    const end = (answer: boolean) => {
      clearTimeout(timer);
      session.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), timeoutMs);
    session.once("remoteSettings", () => end(true));
    session.on("error", () => end(false));
    session.once("close", () => end(false));
  });
}
