import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { createSandbox, engineAnswers, httpService, removeLeftovers } from "./harness.ts";

/** Answers every WebSocket frame of up to 125 bytes with the same text. */
const echoServer = `
const { createHash } = require("node:crypto");
require("node:http").createServer((_, response) => response.end("http")).on("upgrade", (request, socket) => {
  const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n");
  let rest = Buffer.alloc(0);
  socket.on("error", () => undefined).on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 6 && rest.length >= 6 + (rest[1] & 127)) {
      const length = rest[1] & 127;
      const text = rest.subarray(6, 6 + length).map((byte, index) => byte ^ rest[2 + (index % 4)]);
      if ((rest[0] & 15) === 1) socket.write(Buffer.concat([Buffer.from([129, length]), text]));
      rest = rest.subarray(6 + length);
    }
  });
}).listen(3000);
`;

describe.skipIf(!engineAnswers)("an open connection through the proxy (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  test("a WebSocket outlives `up` and `down` of projects whose names sort before and after its own", async () => {
    const middle = sandbox.project("e2e-middle", {
      "compose.yaml": `services:
  app:
    image: node:24
    init: true
    stop_grace_period: 0s
    command: ["node", "/srv/server.cjs"]
    expose: [3000]
    volumes: ["./server.cjs:/srv/server.cjs:ro"]
`,
      "server.cjs": echoServer,
    });
    const neighbours = ["0-e2e-before", "e2e-after"].map((name) =>
      sandbox.project(name, {
        "compose.yaml": `services:\n${httpService("app", [3000], "    expose: [3000]\n    networks: [default, 0-first, zz-last]")}\nnetworks: { 0-first: {}, zz-last: {} }\n`,
      }),
    );
    await sandbox.json(middle, "up");
    const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(middle, "proxy", "status");
    const headers = { host: "app.mercury.e2e-middle.cspace.local" };
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.httpPort}/`, { headers, handshakeTimeout: 5000 });
    let closed: number | undefined;
    socket.once("close", (code: number) => {
      closed = code;
    });
    await once(socket, "open");
    const echo = async (text: string): Promise<void> => {
      const answer = once(socket, "message", { signal: AbortSignal.timeout(2000) });
      socket.send(text);
      const [data] = await answer;
      expect(String(data)).toBe(text);
    };
    await echo("before");
    for (const folder of neighbours) {
      await sandbox.json(folder, "up");
      await echo(`${folder.slice(-9)} is up`);
    }
    // A second instance of the connection's own project comes and goes as well.
    await sandbox.json(middle, "up", "--new");
    await echo("venus is up");
    await sandbox.json(middle, "down", "venus");
    await echo("venus is down");
    for (const folder of neighbours) {
      await sandbox.json(folder, "down");
      await echo(`${folder.slice(-9)} is down`);
    }
    expect(closed).toBeUndefined();
    socket.terminate();
  });
});
