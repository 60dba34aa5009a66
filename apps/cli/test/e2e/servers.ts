import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Listens on a port of 127.0.0.1, or a socket, until the test ends. */
export async function listen(server: Server, where: number | string): Promise<void> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  const begun = new Promise<void>((done, fail) => server.once("error", fail).once("listening", done));
  if (typeof where === "number") server.listen(where, "127.0.0.1");
  else server.listen(where);
  await begun;
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
}

/** An endpoint of Docker's that accepts and never answers, until the test ends. */
export async function hangDocker(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "cspace-e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await listen(createServer(), join(folder, "docker.sock"));
  return `unix://${folder}/docker.sock`;
}
