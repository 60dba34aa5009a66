import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import { type ProcessSockets, type RunningProcess, readLog, type SupervisedProcess } from "@cspace/processes";
import { expect, onTestFinished, test } from "vitest";
import { folderOf, isAlive, node, request, serve, start, until } from "./start.ts";

/** Another process, which gives everything back that it is sent: what comes back is another descriptor of it. */
function startEcho(): ChildProcess {
  const file = join(
    folderOf({ "echo.mjs": `process.on("message", (m, handle) => process.send(m, handle));` }),
    "echo.mjs",
  );
  const echo = fork(file);
  onTestFinished(() => void echo.kill("SIGKILL"));
  return echo;
}

/** The sockets of a process as another process would get them. */
async function sendSockets(sockets: ProcessSockets): Promise<ProcessSockets> {
  const echo = startEcho();
  const send = (socket: Socket): Promise<Socket> =>
    new Promise((resolve) => {
      // A socket would be read in the process that only passes it on; what is inside it is not.
      const bare = (socket as unknown as { readonly _handle: Socket })._handle;
      echo.once("message", (_: unknown, handle: unknown) => resolve(wrap(handle)));
      echo.send({}, bare, { keepOpen: true });
    });
  const { stdin, stdout, stderr } = sockets;
  return { stdin: await send(stdin), stdout: await send(stdout), stderr: await send(stderr) };
}

const { Socket: SocketClass } = await import("node:net");
const wrap = (handle: unknown): Socket => {
  const options = { handle, readable: true, writable: true } as object;
  return new SocketClass(options);
};

async function runningOf(dev: SupervisedProcess): Promise<{ running: RunningProcess; letGo: () => Promise<void> }> {
  const handOver = await dev.handOver();
  if (handOver?.running == null) throw new Error("nothing runs");
  return {
    running: { ...handOver.running, sockets: await sendSockets(handOver.running.sockets) },
    letGo: handOver.letGo,
  };
}

const counting = `let n = 0; setInterval(() => console.log("line", n += 1), 5)`;

test("another supervisor goes on with a process, its port and its log, and no line is lost", async () => {
  const folder = folderOf();
  const log = { folder };
  const first = start({ command: `exec ${node(`${serve("process.env.PORT, '127.0.0.1'")}; ${counting}`)}` }, { log });
  const address = await first.ready();
  const { pid } = first;
  await until(() => first.lastLines(1000).length > 10);
  const { running, letGo } = await runningOf(first);
  let release = (): void => undefined;
  const sockets = new Promise<ProcessSockets>((resolve) => {
    release = () => resolve(running.sockets);
  });
  const second = start({ command: "unused" }, { log, running: { ...running, sockets } });
  expect(second.state).toBe("up");
  await letGo();
  release();
  expect([first.state, first.pid]).toEqual(["stopped", pid]);
  await until(() => second.lastLines(1000).length > 10);
  expect([second.state, second.pid, second.address]).toEqual(["up", pid, address]);
  expect((await request(address)).text).toBe("hello");
  await second.stop();
  expect(isAlive(pid ?? 0)).toBe(false);
  const numbers: number[] = [];
  for await (const { stream, text } of readLog(folder, "dev")) {
    if (stream === "out") numbers.push(Number(text.split(" ")[1]));
  }
  expect(numbers.length).toBeGreaterThan(20);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

test("one that ends is seen to end, and is started again where it should be", async () => {
  const first = start({ command: `exec ${node(serve("process.env.PORT, '127.0.0.1'"))}` });
  await first.ready();
  const { running, letGo } = await runningOf(first);
  const restart = { command: node(serve("process.env.PORT, '127.0.0.1'", "again")), restart: "on-failure" } as const;
  const second = start(restart, { running, backoff: { initialMs: 10 } });
  await letGo();
  process.kill(running.pid, "SIGKILL");
  await until(() => second.restarts === 1 && second.state === "up");
  expect((await request({ ...running.address, host: "127.0.0.1", port: second.port ?? 0 })).text).toBe("again");
  expect(second.port).toBe(running.port);
});

test("one that is not to be started again has failed, and says that nobody knows how", async () => {
  const first = start({ command: `exec ${node(serve("process.env.PORT, '127.0.0.1'"))}` });
  await first.ready();
  const { running, letGo } = await runningOf(first);
  const second = start({ command: "unused" }, { running });
  await letGo();
  process.kill(running.pid, "SIGKILL");
  await until(() => second.state === "failed");
  expect(second.error?.message).toMatch(/a code that nobody was told/);
});

test("who is kept goes on as before", async () => {
  const dev = start({ command: `exec ${node(`${serve("process.env.PORT, '127.0.0.1'")}; ${counting}`)}` });
  await dev.ready();
  const handOver = await dev.handOver();
  const held = dev.lastLines(10_000).length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(dev.lastLines(10_000)).toHaveLength(held);
  handOver?.keep();
  const before = dev.lastLines(10_000).length;
  await until(() => dev.lastLines(10_000).length > before + 10);
  expect(dev.state).toBe("up");
});

test("one that is just being started is handed over once it runs", async () => {
  const dev = start({ command: node(serve("process.env.PORT, '127.0.0.1'")) });
  expect((await dev.handOver())?.running).toMatchObject({ address: null, hadItsTime: false });
});

test("one that is waiting for its next start has nothing to hand over, and is not started any more", async () => {
  const dev = start({ command: "exit 1", restart: "always" }, { backoff: { initialMs: 60_000 } });
  await until(() => dev.state === "restarting");
  const handOver = await dev.handOver();
  expect(handOver?.running).toBe(null);
  await handOver?.letGo();
  expect([dev.state, dev.restarts]).toEqual(["stopped", 0]);
});

test("one that waits for its next start is not started while it is settled who goes on with it", async () => {
  const dev = start({ command: "echo run; exit 1", restart: "always" }, { backoff: { initialMs: 300, maxMs: 300 } });
  await until(() => dev.state === "restarting");
  const handOver = await dev.handOver();
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(dev.restarts).toBe(0);
  handOver?.keep();
  await until(() => dev.restarts > 0);
});

test("one that was stopped is handed to nobody", async () => {
  const dev = start({ command: node(serve("process.env.PORT, '127.0.0.1'")) });
  await dev.ready();
  await dev.stop();
  expect(await dev.handOver()).toBe(null);
});
