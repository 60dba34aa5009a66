import { createSocket } from "node:dgram";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Takes a TCP port until the test ends; 0 is any. */
export function listenTcp(
  host = "127.0.0.1",
  port = 0,
  onSocket: (socket: Socket) => void = () => {},
): Promise<number> {
  return listen(createServer(onSocket), host, port);
}

/** Serves HTTP on 127.0.0.1 until the test ends. */
export function listenHttp(onRequest: RequestListener): Promise<number> {
  const server = createHttpServer(onRequest);
  onTestFinished(() => server.closeAllConnections());
  return listen(server, "127.0.0.1", 0);
}

/** Serves HTTPS on 127.0.0.1 until the test ends. */
export function listenHttps(shown: ServerOptions, onRequest: RequestListener): Promise<number> {
  const server = createHttpsServer(shown, onRequest);
  onTestFinished(() => server.closeAllConnections());
  return listen(server, "127.0.0.1", 0);
}

/** Takes a UDP port of 127.0.0.1 until the test ends; 0 is any. */
export function listenUdp(port = 0): Promise<number> {
  const socket = createSocket("udp4");
  onTestFinished(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return new Promise((resolve) => socket.bind(port, "127.0.0.1", () => resolve(socket.address().port)));
}

/** A port that was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  onTestFinished(() => void server.close());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}
