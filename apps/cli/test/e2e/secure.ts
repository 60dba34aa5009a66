import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import { connect } from "node:tls";

/** An answer over HTTPS. */
export interface SecureAnswer {
  readonly status: number;
  readonly body: string;
  readonly route: string | undefined;
}

/** How a port of 127.0.0.1 is asked. */
export interface SecureQuestion {
  readonly port: number;
  readonly host: string;
  /** What is trusted. */
  readonly ca: string;
}

/** Asks over HTTP/1.1, and fails where the certificate is not trusted for the host. */
export function getSecure({ port, host, ca }: SecureQuestion): Promise<SecureAnswer> {
  return new Promise((done, fail) => {
    const options = { host: "127.0.0.1", port, servername: host, ca, headers: { host }, timeout: 5000, agent: false };
    const sent = request(options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      const route = response.headers["x-cspace-route"];
      response.once("end", () =>
        done({ status: response.statusCode ?? 0, body: body.trim(), route: Array.isArray(route) ? route[0] : route }),
      );
    });
    sent.once("timeout", () => sent.destroy(new Error("no answer in 5 s")));
    sent.once("error", fail);
    sent.end();
  });
}

/** Asks over HTTP/2. */
export function getHttp2({ port, host, ca }: SecureQuestion): Promise<SecureAnswer> {
  return new Promise((done, fail) => {
    const session = connectHttp2(`https://127.0.0.1:${port}`, { servername: host, ca });
    session.once("error", fail);
    const stream = session.request({ ":path": "/", ":authority": host });
    let [status, body, route] = [0, "", undefined as string | undefined];
    stream.once("response", (headers) => {
      status = headers[":status"] ?? 0;
      route = headers["x-cspace-route"]?.toString();
    });
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    stream.once("error", fail);
    stream.once("end", () => {
      session.close();
      done({ status, body: body.trim(), route });
    });
  });
}

/** The names of the certificate that a client is shown who asks for a host. */
export function namesShown({ port, host }: Pick<SecureQuestion, "port" | "host">): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connect({ port, host: "127.0.0.1", servername: host, rejectUnauthorized: false }, () => {
      done(socket.getPeerCertificate().subjectaltname ?? "");
      socket.destroy();
    });
    socket.once("error", fail);
  });
}
