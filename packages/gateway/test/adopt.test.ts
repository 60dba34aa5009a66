import { type ChildProcess, fork } from "node:child_process";
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { createGateway, type Gateway, type GatewaySocket } from "@cspace/gateway";
import { decode, encode } from "dns-packet";
import { expect, onTestFinished, test } from "vitest";
import { ask, get, listenHttp, openRaw, route } from "./harness.ts";
import { selfSigned } from "./self-signed.ts";

/** Another process, which gives everything back that it is sent: what comes back is another descriptor of it. */
function startEcho(): ChildProcess {
  const folder = mkdtempSync(join(tmpdir(), "cspace-echo-"));
  const file = join(folder, "echo.mjs");
  writeFileSync(
    file,
    `process.on("message", (message, handle) => process.send(message, handle, () => handle.close()));`,
  );
  const echo = fork(file);
  onTestFinished(() => {
    echo.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });
  return echo;
}

/** Sends a gateway's sockets to another process and back, and lets a second gateway adopt each the moment it comes. */
async function passOn(from: Gateway, to: Gateway, options?: Parameters<Gateway["adopt"]>[1]): Promise<void> {
  const echo = startEcho();
  for (const { protocol, handle } of from.sockets) {
    const adopted = new Promise<void>((resolve) => {
      echo.once("message", (_: unknown, received: unknown) => {
        to.adopt({ protocol, handle: received as Server | DatagramSocket }, options);
        resolve();
      });
    });
    // A server would take clients in the process that only passes it on; what is inside it does not.
    const bare = handle instanceof Server ? (handle as unknown as { readonly _handle: Server })._handle : handle;
    echo.send({}, bare);
    await adopted;
  }
}

const tell = (text: string): Promise<number> => listenHttp((_, response) => response.end(text));

function close(gateway: Gateway): Gateway {
  onTestFinished(() => gateway.close());
  return gateway;
}

async function questionOver(kind: "udp" | "tcp", port: number): Promise<string> {
  const question = encode({ type: "query", id: 7, questions: [{ type: "AAAA", name: "dev.mercury.p.cspace.local" }] });
  if (kind === "udp") {
    const socket = createSocket("udp4");
    onTestFinished(() => void socket.close());
    socket.send(question, port, "127.0.0.1");
    const [reply] = (await once(socket, "message")) as [Buffer];
    return addressOf(reply);
  }
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const length = Buffer.alloc(2);
  length.writeUInt16BE(question.length);
  socket.write(Buffer.concat([length, question]));
  const [reply] = (await once(socket, "data")) as [Buffer];
  return addressOf(reply.subarray(2));
}

function addressOf(reply: Buffer): string {
  const [answer] = decode(reply).answers ?? [];
  return answer?.type === "AAAA" ? answer.data : "none";
}

test("a gateway goes on where another one listens, and no request is lost between them", async () => {
  const [before, after] = [await tell("before"), await tell("after")];
  const first = close(createGateway({ routes: [route(before)] }));
  const { httpPort } = await first.listen({ httpPort: 0 });
  const second = close(createGateway({ routes: [route(after)] }));
  const answers: string[] = [];
  let asking = true;
  const clients = Array.from({ length: 8 }, async () => {
    while (asking) {
      const answer = await ask(httpPort, get("/"));
      answers.push(answer.slice(answer.lastIndexOf("\n") + 1));
    }
  });
  await expect.poll(() => answers.length).toBeGreaterThan(50);
  await passOn(first, second);
  await first.close();
  const sofar = answers.length;
  await expect.poll(() => answers.length).toBeGreaterThan(sofar + 50);
  asking = false;
  await Promise.all(clients);
  expect(new Set(answers)).toEqual(new Set(["before", "after"]));
  expect(new Set(answers.slice(sofar + 8))).toEqual(new Set(["after"]));
  expect(second.sockets).toMatchObject([
    { protocol: "http", address: "127.0.0.1", port: httpPort },
    { protocol: "http", address: "::1", port: httpPort },
  ]);
});

test("a stream of the first one ends as it began while the second one has the port", async () => {
  let end = (): void => undefined;
  const service = await listenHttp((_, response) => {
    response.write("begin");
    end = () => response.end("-end");
  });
  const first = close(createGateway({ routes: [route(service)] }));
  const { httpPort } = await first.listen({ httpPort: 0 });
  const client = await openRaw(httpPort);
  client.send(get("/"));
  await client.until(/begin/);
  const second = close(createGateway({ routes: [route(await tell("second"))] }));
  await passOn(first, second);
  const closed = first.close();
  expect(await ask(httpPort, get("/"))).toContain("second");
  end();
  expect(await client.closed()).toContain("-end");
  await closed;
});

test("DNS goes on over UDP and TCP, with what the adopted sockets say of IPv6", async () => {
  const first = close(createGateway());
  const { dnsPort } = await first.listen({ httpPort: 0, dnsPort: 0 });
  const second = close(createGateway());
  await passOn(first, second);
  await first.close();
  expect(second.sockets.map(({ protocol }: GatewaySocket) => protocol)).toEqual([
    "http",
    "http",
    "dns",
    "dns",
    "dns",
    "dns",
  ]);
  for (const kind of ["udp", "tcp"] as const) expect(await questionOver(kind, dnsPort as number)).toBe("::1");
});

test("a further address keeps its peers, and loopback is open to this machine", async () => {
  const further = [{ address: "127.0.0.2", peers: ["127.0.0.2/32"] }];
  const first = close(createGateway());
  const { httpPort } = await first.listen({ httpPort: 0, further });
  const second = close(createGateway({ routes: [route(await tell("second"))] }));
  await passOn(first, second, { further });
  await first.close();
  expect(await ask(httpPort, get("/"))).toContain("second");
  const stranger = await openRaw(httpPort, "127.0.0.2");
  stranger.send(get("/"));
  expect(await stranger.closed()).not.toContain("second");
});

test("a gateway that was closed adopts nothing", async () => {
  const first = close(createGateway());
  await first.listen({ httpPort: 0 });
  const second = createGateway();
  await second.close();
  const [socket] = first.sockets;
  expect(() => second.adopt(socket as GatewaySocket)).toThrow(
    expect.objectContaining({ code: "CSPACE_GATEWAY_CLOSED" }),
  );
});

test("a gateway goes on with encrypted clients where another one listens", async () => {
  const service = await tell("hello");
  const shown = selfSigned("*.mercury.p.cspace.local");
  const certificates = [shown];
  const first = close(createGateway({ routes: [route(service)], certificates }));
  const { httpsPort } = await first.listen({ httpPort: 0, httpsPort: 0 });
  const second = close(createGateway({ routes: [route(service)], certificates }));
  const shownTo = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const servername = "dev.mercury.p.cspace.local";
      const socket = connectTls({ port: httpsPort ?? 0, host: "127.0.0.1", servername, ca: shown.certificate });
      socket.once("error", reject);
      socket.write("GET / HTTP/1.1\r\nHost: dev.mercury.p.cspace.local\r\nConnection: close\r\n\r\n");
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.once("end", () => resolve(text.slice(text.lastIndexOf("\n") + 1)));
    });
  expect(await shownTo()).toBe("hello");
  await passOn(first, second);
  await first.close();
  expect(await shownTo()).toBe("hello");
  expect(second.sockets.map(({ protocol }) => protocol)).toEqual(["http", "http", "https", "https"]);
});
