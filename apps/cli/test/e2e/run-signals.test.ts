import { expect, onTestFinished, test } from "vitest";
import { bin, until } from "./harness.ts";
import { useHostMachine } from "./host-machine.ts";
import { isAlive } from "./processes.ts";

const { project, start, startInTerminal } = useHostMachine();

/** Says which signals it got, and how often, half a second after the first one. */
const counter = `
const got = {};
const names = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];
for (const name of names) process.on(name, () => {
  got[name] = (got[name] ?? 0) + 1;
  setTimeout(() => { console.log("got " + JSON.stringify(got)); process.exit(3); }, 500);
});
setInterval(() => {}, 1000);
console.log("ready");
`;
const shop = (): string => project("shop", { "package.json": "{}", "counter.mjs": counter });
const command = `${process.execPath} ${bin} run web -- ${process.execPath} counter.mjs`;

test.each([
  ["in a terminal", command],
  ["with its input redirected", `${command} </dev/null`],
  ["with its input piped", `sleep 3 | ${command}`],
  ["with its errors redirected", `${command} 2>/dev/null`],
])("Ctrl-C reaches the command once: %s", async (_, line) => {
  const terminal = startInTerminal(line, shop());
  await until(15_000, async () => terminal.text().includes("ready"));
  terminal.type("\u0003");
  await until(5000, async () => terminal.text().includes("got "));
  expect(terminal.text()).toContain('got {"SIGINT":1}');
});

test("Ctrl-\\ reaches the command once", async () => {
  const terminal = startInTerminal(command, shop());
  await until(15_000, async () => terminal.text().includes("ready"));
  terminal.type("\u001c");
  await until(5000, async () => terminal.text().includes("got "));
  expect(terminal.text()).toContain('got {"SIGQUIT":1}');
});

test.each(["SIGINT", "SIGQUIT"] as const)("%s is passed on in the background of a terminal", async (name) => {
  const terminal = startInTerminal(`set -m; ${command} & echo "pid $!"; wait`, shop());
  await until(15_000, async () => terminal.text().includes("ready"));
  const pid = Number(/pid (\d+)/.exec(terminal.text())?.[1]);
  // The terminal's end does not end it.
  onTestFinished(() => void (isAlive(pid) && process.kill(pid, "SIGTERM")));
  process.kill(pid, name);
  await until(5000, async () => terminal.text().includes("got "));
  expect(terminal.text()).toContain(`got {"${name}":1}`);
});

test.each(["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const)(
  "%s is passed on without a terminal, and its exit code is the command's",
  async (name) => {
    const run = start(shop(), "run", "web", "--", process.execPath, "counter.mjs");
    await until(15_000, async () => run.text.out.includes("ready"));
    run.child.kill(name);
    expect(await run.ended).toBe(3);
    expect(run.text.out).toContain(`got {"${name}":1}`);
  },
);
