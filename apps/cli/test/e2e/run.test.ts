import { expect, test } from "vitest";
import { until } from "./harness.ts";
import { open, server, useHostMachine } from "./host-machine.ts";

const machine = useHostMachine();
const { project, readDaemon, start } = machine;

const linkIn = (text: string): string => /http:\S+/.exec(text)?.[0] ?? "";

test("a command keeps its hostname when the daemon is killed", async () => {
  const shop = project("shop", { "package.json": "{}", "server.mjs": server("run") });
  const run = start(shop, "run", "web", "--", "node", "server.mjs");
  await until(15_000, async () => run.text.out.includes("listens"));
  const link = linkIn(run.text.err);
  const answer = await open(link);
  const before = await readDaemon();
  process.kill(before?.pid as number, "SIGKILL");
  await until(10_000, async () => (await open(link).catch(() => "")) === answer);
  expect((await readDaemon())?.pid).not.toBe(before?.pid);
  expect(run.text.err.match(/http:/g)).toHaveLength(1);
  run.child.kill("SIGTERM");
  expect(await run.ended).toBe(143);
});
