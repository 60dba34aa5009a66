import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createGateway, type Gateway, type GatewayLimits, type GatewayRoute } from "@cspace/gateway";
import { onTestFinished } from "vitest";

/** The hostname of {@link route}. */
export const hostname = "dev.mercury.p.cspace.local";
/** The mark of {@link route}. */
export const mark = "dev--mercury--p";

/** The route that most tests use. */
export function route(upstream: number, more: Partial<GatewayRoute> = {}): GatewayRoute {
  return { label: "dev", instance: "mercury", project: "p", upstream, ...more };
}

export interface Started {
  readonly gateway: Gateway;
  readonly port: number;
}

/** A gateway on a free port, closed with the test. */
export async function startGateway(
  routes: readonly GatewayRoute[],
  limits: Partial<GatewayLimits> = {},
): Promise<Started> {
  const gateway = createGateway({ routes, limits: { drainTimeoutMs: 50, ...limits } });
  const { httpPort } = await gateway.listen({ httpPort: 0 });
  onTestFinished(() => gateway.close());
  return { gateway, port: httpPort };
}

/** A service that speaks HTTP as Node does. */
export async function listenHttp(onRequest: RequestListener, host = "127.0.0.1"): Promise<number> {
  const server = createHttpServer(onRequest);
  onTestFinished(() => server.closeAllConnections());
  return listen(server, host);
}

/** A service that says what the test says, byte for byte. */
export async function listenRaw(
  onSocket: (socket: Socket) => void,
  host = "127.0.0.1",
  allowHalfOpen = false,
): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen }, (socket) => {
    sockets.add(socket.on("error", () => {}));
    onSocket(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return listen(server, host);
}

/** A service that answers every request head with the same bytes. */
export function listenCanned(answer: string, end = false): Promise<number> {
  return listenRaw((socket) =>
    onHeads(socket, () => {
      socket.write(answer, "latin1");
      if (end) socket.end();
    }),
  );
}

/** A service that answers each head with the same bytes, and tells how many connections it had. */
export async function listenCounted(answer: string): Promise<{ port: number; connections: () => number }> {
  let count = 0;
  const port = await listenRaw((socket) => {
    count += 1;
    onHeads(socket, () => socket.write(answer, "latin1"));
  });
  return { port, connections: () => count };
}

/** A service that answers the first request of a connection and closes, without a word, at the second. */
export function listenForgetful(seen: string[]): Promise<number> {
  return listenRaw((socket) => {
    let count = 0;
    onHeads(socket, (text) => {
      seen.push(text.split(" ")[0] ?? "");
      count += 1;
      if (count > 1) socket.destroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
  });
}

/** Calls back for each head that comes, with its text. */
export function onHeads(socket: Socket, onHead: (head: string) => void): void {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    for (let end = text.indexOf("\r\n\r\n"); end !== -1; end = text.indexOf("\r\n\r\n")) {
      const head = text.slice(0, end);
      text = text.slice(end + 4);
      onHead(head);
    }
  });
}

async function listen(server: Server | HttpServer, host: string): Promise<number> {
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** A connection to the gateway by hand. */
export interface RawClient {
  readonly socket: Socket;
  /** All that has come. */
  text(): string;
  send(text: string): void;
  /** Waits until what has come satisfies a condition. */
  until(condition: RegExp | ((text: string) => boolean), timeoutMs?: number): Promise<string>;
  /** Waits until the gateway closes. */
  closed(timeoutMs?: number): Promise<string>;
}

export async function openRaw(port: number, host = "127.0.0.1"): Promise<RawClient> {
  let received = "";
  let over = false;
  const changed = new Set<() => void>();
  const wake = (): void => {
    for (const one of changed) one();
  };
  const socket = connect({ port, host, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
    wake();
  });
  socket.on("error", () => {});
  for (const event of ["end", "close"]) {
    socket.on(event, () => {
      over = true;
      wake();
    });
  }
  await new Promise<void>((resolve) => socket.once("connect", resolve).once("close", () => resolve()));
  const wait = (condition: () => boolean, what: string, timeoutMs: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => finish(() => reject(new Error(`${what}; so far: ${received.slice(0, 2000)}`))),
        timeoutMs,
      );
      const check = (): void => {
        if (condition()) finish(() => resolve(received));
      };
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        changed.delete(check);
        settle();
      };
      changed.add(check);
      check();
    });
  return {
    socket,
    text: () => received,
    send: (text) => void socket.write(text, "latin1"),
    until: (condition, timeoutMs = 5_000) => {
      const holds = condition instanceof RegExp ? (text: string) => condition.test(text) : condition;
      return wait(() => holds(received), `never came: ${condition}`, timeoutMs);
    },
    closed: (timeoutMs = 5_000) => wait(() => over, "the gateway did not close", timeoutMs),
  };
}

/** Sends one request that asks for the end of the connection, and gives the whole response. */
export async function ask(port: number, request: string): Promise<string> {
  const client = await openRaw(port);
  client.send(request);
  const response = await client.closed();
  client.socket.destroy();
  return response;
}

/** A request's head, with `Host` of {@link route}. */
export function head(line: string, ...fields: string[]): string {
  return [line, `Host: ${hostname}`, ...fields, "", ""].join("\r\n");
}

/** A GET that ends the connection. */
export function get(path: string, ...fields: string[]): string {
  return head(`GET ${path} HTTP/1.1`, "Connection: close", ...fields);
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until something holds. */
export async function eventually(condition: () => boolean, timeoutMs = 5_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never held: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
