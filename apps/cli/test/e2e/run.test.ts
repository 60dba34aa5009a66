import { expect, test } from "vitest";
import { until } from "./harness.ts";
import { open, server, type UpDocument, useHostMachine } from "./host-machine.ts";

const machine = useHostMachine();
const { json, project, readDaemon, start } = machine;

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

test.each([
  ["no-such-program", 127, "no-such-program cannot be started: there is no such program (CSPACE_COMMAND_MISSING)"],
  ["./server.mjs", 126, "./server.mjs cannot be started: spawn ./server.mjs EACCES (CSPACE_COMMAND_MISSING)"],
])("%s cannot be started: exit code %i, and no link", async (program, code, message) => {
  const shop = project("shop", { "package.json": "{}", "server.mjs": "" });
  const run = start(shop, "run", "docs", "--", program);
  expect(await run.ended).toBe(code);
  expect(run.text.err).toContain(`error  ${message}\nhint   check its name, and PATH\n`);
  // The gateway may have something to say of its ports.
  expect(run.text.out + run.text.err).not.toContain("http://");
});

test.each([
  [["docs"], "there is no command to run"],
  [["docs", "--json", "true"], "run has no --json"],
  [["--dry-run", "docs", "--", "true"], "run has no --dry-run"],
])("run %s: %s", async (args, message) => {
  const run = start(project("shop", { "package.json": "{}" }), "run", ...args);
  expect(await run.ended).toBe(2);
  expect(run.text.out + run.text.err).toContain(message);
});

test("a command finds its instance and the URLs of all its routes in its environment", async () => {
  const print = `for (const name of process.argv.slice(1)) console.log(name + "=" + process.env[name])`;
  const names = ["CSPACE_PROJECT", "CSPACE_INSTANCE", "CSPACE_SERVICE_WEB_URL", "CSPACE_SERVICE_API_URL", "API_URL"];
  const shop = project("shop", {
    ".cspace.json": JSON.stringify({
      processes: { api: { command: "node server.mjs" } },
      routes: { api: { process: "api", env: ["API_URL"] } },
    }),
    "server.mjs": server("api"),
  });
  const { instance } = await json<UpDocument>(shop, "up");
  const run = start(shop, "run", "web", process.execPath, "-e", print, ...names, "PORT");
  expect(await run.ended).toBe(0);
  const got = Object.fromEntries(
    run.text.out
      .trim()
      .split("\n")
      .map((line) => line.split(/=(.*)/)),
  );
  expect(got).toMatchObject({ CSPACE_PROJECT: "shop", CSPACE_INSTANCE: "mercury" });
  expect(got.CSPACE_SERVICE_WEB_URL).toBe(`http://localhost:${got.PORT}`);
  expect(got.CSPACE_SERVICE_API_URL).toBe(instance.routes[0]?.localUrl);
  expect(await open(got.API_URL ?? null)).toMatch(/^api mercury/);
});
