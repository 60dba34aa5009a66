import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { acceptsConnections, parseConnections } from "@cspace/ports";
import { expect, onTestFinished, test } from "vitest";

const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const row = (local: string, remote: string, state: string): string =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 7754109 1 0 100 0 0 10 0`;

test("open connections, each with both ends; those that listen or have ended are none", () => {
  const table = [
    head,
    row("0100007F:1F92", "00000000:0000", "0A"),
    row("4200D50A:DCF0", "4300D50A:0BB8", "01"),
    row("4200D50A:DCFE", "4300D50A:0BB8", "06"),
    row("0000000000000000FFFF00000100007F:0050", "0000000000000000FFFF00000100007F:C001", "01"),
    row("00000000000000000000000001000000:0050", "00000000000000000000000001000000:C002", "01"),
  ].join("\n");
  expect(parseConnections(table, "LE")).toEqual([
    { local: { address: "10.213.0.66", port: 56560 }, remote: { address: "10.213.0.67", port: 3000 } },
    { local: { address: "127.0.0.1", port: 80 }, remote: { address: "127.0.0.1", port: 49153 } },
  ]);
  expect(parseConnections(row("7F000001:0050", "7F000001:C001", "01"), "BE")).toMatchObject([
    { local: { address: "127.0.0.1" } },
  ]);
  expect(parseConnections("")).toEqual([]);
});

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => onSocket(socket.on("error", () => undefined))).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test.skipIf(process.platform !== "linux")("as this machine has them", async () => {
  const port = await listen(() => undefined);
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const own = parseConnections(readFileSync("/proc/net/tcp", "utf8")).filter(({ local }) => local.port === port);
  expect(own).toEqual([
    { local: { address: "127.0.0.1", port }, remote: { address: "127.0.0.1", port: socket.localPort } },
  ]);
  socket.destroy();
});

test("a server takes connections; who closes each at once, as what publishes the port of a container, does not", async () => {
  const silent = await listen(() => undefined);
  expect(await acceptsConnections(silent)).toBe(true);
  expect(await acceptsConnections(await listen((socket) => socket.write("220 hello\r\n")))).toBe(true);
  expect(await acceptsConnections(await listen((socket) => socket.destroy()))).toBe(false);
  expect(await acceptsConnections(await listen((socket) => void socket.end()))).toBe(false);
  expect(await acceptsConnections(1)).toBe(false);
});
