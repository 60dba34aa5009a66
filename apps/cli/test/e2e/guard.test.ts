import { expect, test } from "vitest";
import { until } from "./harness.ts";
import { dev, open, type UpDocument, useHostMachine } from "./host-machine.ts";
import { isAlive } from "./processes.ts";

const { json, project, readDaemon } = useHostMachine();

test("a daemon that is killed takes along a process that ignores SIGTERM, after a while", async () => {
  const server = `process.on("SIGTERM", () => {}); ${dev["server.mjs"]}`;
  const shop = project("shop", { ...dev, "server.mjs": server });
  const { instance } = await json<UpDocument>(shop, "up");
  const pid = Number((await open(instance.routes[0]?.browserUrl ?? null)).split(" ").at(-1));
  const before = performance.now();
  process.kill((await readDaemon())?.pid as number, "SIGKILL");
  await until(15_000, async () => !isAlive(pid));
  // It has its time.
  expect(performance.now() - before).toBeGreaterThan(4000);
});
