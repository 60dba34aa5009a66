import { expect, test } from "vitest";
import { until } from "./harness.ts";
import { dev, type UpDocument, useHostMachine } from "./host-machine.ts";
import { type RunningCli, signalGroup } from "./processes.ts";

const machine = useHostMachine();
const { json, project, readDaemon, start } = machine;

async function endedOf(run: RunningCli): Promise<{ code: number | string; out: string; err: string }> {
  return { code: await run.ended, ...run.text };
}

test.each(["down", "the end of the daemon"])("logs are read after %s", async (how) => {
  const shop = project("shop", dev);
  await json<UpDocument>(shop, "up");
  if (how === "down") await json(shop, "down");
  else process.kill((await readDaemon())?.pid as number, "SIGKILL");
  await until(10_000, async () => (await readDaemon()) === undefined);
  for (const args of [["dev"], [], ["dev", "--instance", "mercury"]]) {
    const logs = await endedOf(start(shop, "logs", ...args));
    expect(logs).toMatchObject({ code: 0, err: "" });
    expect(logs.out).toContain("dev | dev listens\n");
  }
  const unknown = await endedOf(start(shop, "logs", "nope"));
  expect(unknown).toMatchObject({
    code: 2,
    err: "error  mercury has no route, service or process nope (CSPACE_LABEL_UNKNOWN)\nhint   there are: dev\n",
  });
  const other = await endedOf(start(shop, "logs", "--instance", "venus"));
  expect(other.err).toContain("CSPACE_INSTANCE_UNKNOWN");
});

test("in JSON, notes of cspace's are told from the lines of the process, and all have a time", async () => {
  const command = "echo hello; echo oops >&2; sleep 0.3; exit 7";
  const shop = project("shop", { ".cspace.json": JSON.stringify({ processes: { web: { command } } }) });
  expect(await start(shop, "up").ended).toBe(1);
  const logs = await endedOf(start(shop, "logs", "--json"));
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const lines = logs.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(4);
  expect(lines).toEqual(
    expect.arrayContaining([
      { version: 1, service: "web", stream: "note", line: `$ ${command}`, time },
      { version: 1, service: "web", stream: "stdout", line: "hello", time },
      { version: 1, service: "web", stream: "stderr", line: "oops", time },
      { version: 1, service: "web", stream: "note", line: "ended with code 7", time },
    ]),
  );
});

test("Ctrl-C ends following without a word", async () => {
  const shop = project("shop", dev);
  await json<UpDocument>(shop, "up");
  const logs = start(shop, "logs", "--follow");
  await until(10_000, async () => logs.text.out.includes("listens"));
  signalGroup(logs, "SIGINT");
  expect(await endedOf(logs)).toMatchObject({ code: 130, err: "" });
});
