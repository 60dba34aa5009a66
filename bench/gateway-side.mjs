// One program of bench/gateway.mjs: a service, or a proxy in front of it. It says "ready" when it listens.
//   node bench/gateway-side.mjs <role> <port> <port of the service> [folder of its library, or of certificates]
import { readdirSync, readFileSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [, , role, portText, upstreamText, library = ""] = process.argv;
const port = Number(portText);
const upstream = Number(upstreamText);
const hostname = "dev.mercury.p.cspace.localhost";

const roles = { upstream: serveBytes, eight: proxyInEightLines, gateway, secure, httpxy, portless };
await roles[role]();
process.stdout.write("ready\n");

/** Answers every request with the bytes it asks for, made once: as fast as a service can be. */
function serveBytes() {
  const answerOf = (size) =>
    Buffer.from(
      `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Tue, 24 Nov 2026 00:00:00 GMT\r\nContent-Length: ${size}\r\n\r\n${"x".repeat(size)}`,
    );
  const answers = { "/1024": answerOf(1024), "/1048576": answerOf(1_048_576) };
  const server = createTcpServer({ noDelay: true }, (socket) => {
    let text = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end !== -1; end = text.indexOf("\r\n\r\n")) {
        socket.write(answers[text.split(" ", 2)[1]]);
        text = text.slice(end + 4);
      }
    });
  });
  return listening(server);
}

function proxyInEightLines() {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    const sent = request({ agent, host: "127.0.0.1", port: upstream, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    sent.on("error", () => response.destroy());
    incoming.pipe(sent);
  });
  return listening(server);
}

/** The gateway over HTTPS, with every certificate of a folder: `<names between commas>.pem`. */
async function secure() {
  const { createGateway } = await import("../packages/gateway/dist/index.js");
  const certificates = readdirSync(library).map((file) => {
    const text = readFileSync(join(library, file), "utf8");
    const [certificate, key] = text.split(/(?=-----BEGIN PRIVATE KEY-----)/);
    return { hostnames: file.replace(/\.pem$/, "").split(","), certificate, key };
  });
  const routes = [{ label: "dev", instance: "mercury", project: "p", upstream }];
  const proxy = createGateway({ routes, certificates });
  await proxy.listen({ httpPort: 0, httpsPort: port });
  process.on("message", () => {
    globalThis.gc?.();
    process.send({ rss: process.memoryUsage().rss });
  });
}

async function gateway() {
  const { createGateway } = await import("../packages/gateway/dist/index.js");
  const proxy = createGateway({ routes: [{ label: "dev", instance: "mercury", project: "p", upstream }] });
  await proxy.listen({ httpPort: port });
  process.on("message", () => {
    globalThis.gc?.();
    const sockets = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
    process.send({
      rss: process.memoryUsage().rss,
      heap: process.memoryUsage().heapUsed,
      clients: proxy.clients,
      sockets,
    });
  });
}

async function httpxy() {
  const { createProxyServer } = await import(entryOf("dist/index.mjs"));
  const proxy = createProxyServer({ target: `http://127.0.0.1:${upstream}`, agent: new Agent({ keepAlive: true }) });
  const server = createServer((incoming, response) => proxy.web(incoming, response).catch(() => response.destroy()));
  return listening(server);
}

async function portless() {
  const { createProxyServer } = await import(entryOf("dist/index.js"));
  return listening(createProxyServer({ getRoutes: () => [{ hostname, port: upstream }], proxyPort: port }));
}

function entryOf(path) {
  return pathToFileURL(join(library, path)).href;
}

function listening(server) {
  return new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
}
