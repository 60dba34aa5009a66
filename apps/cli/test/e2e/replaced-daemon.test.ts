import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { bin, until } from "./harness.ts";
import { dev, type Instance, open, server, type UpDocument, useHostMachine } from "./host-machine.ts";
import { isAlive, type RunningCli, signalGroup } from "./processes.ts";

const machine = useHostMachine();
const { json, project, readDaemon, start, startOther } = machine;

/** A copy of the command line that speaks another version of the protocol. */
function versionOf(protocol: number): string {
  const folder = join(machine.root, `cspace-${protocol}`);
  for (const part of ["bin", "dist", "package.json"]) {
    cpSync(join(dirname(bin), "..", part), join(folder, part), { recursive: true });
  }
  // The bundle holds the number once where the daemon tells it, and where clients compare it.
  const found = { "protocol:": 0, ".protocol===": 0, ".protocol>": 0 };
  for (const name of readdirSync(join(folder, "dist/app"))) {
    const file = join(folder, "dist/app", name);
    const text = readFileSync(file, "utf8");
    const other = text.replaceAll(/(protocol:|\.protocol===|\.protocol>)1(?=\W)/g, (_, before: keyof typeof found) => {
      found[before] += 1;
      return `${before}${protocol}`;
    });
    if (other !== text) writeFileSync(file, other);
  }
  expect(found["protocol:"]).toBe(1);
  expect(found[".protocol==="]).toBeGreaterThanOrEqual(1);
  expect(found[".protocol>"]).toBeGreaterThanOrEqual(2);
  return join(folder, "bin/cspace.js");
}

async function upWith(program: string, cwd: string): Promise<UpDocument> {
  const run = startOther(program, cwd, "up", "--json");
  expect(await run.ended).toBe(0);
  return JSON.parse(run.text.out);
}

const linkOf = ({ instance }: UpDocument): string => instance.routes[0]?.browserUrl ?? "";

/** Prints a line every few milliseconds, beside what {@link dev} does. */
const talking = {
  "package.json": dev["package.json"],
  "server.mjs": `${server("dev")}let n = 0; setInterval(() => console.log("line", n += 1), 3);`,
};

async function numbersLogged(cwd: string): Promise<number[]> {
  const logs = start(cwd, "logs", "dev", "--tail", "100000");
  expect(await logs.ended).toBe(0);
  return [...logs.text.out.matchAll(/ line (\d+)\n/g)].map(([, number]) => Number(number));
}

describe("a daemon of an older version is replaced", () => {
  test("and every process, route, line and request goes on", async () => {
    const older = versionOf(0);
    const shop = project("shop", talking);
    const link = linkOf(await upWith(older, shop));
    const before = await readDaemon();
    expect(before?.protocol).toBe(0);
    const pid = (await open(link)).split(" ").at(-1);
    const docs = startOther(older, shop, "run", "docs", "--", "node", "server.mjs");
    await until(10_000, async () => docs.text.err.includes("http://"));
    const leased = link.replace("//dev.", "//docs.");
    await until(10_000, async () => (await open(leased).catch(() => "")).startsWith("dev"));
    const leasedPid = (await open(leased)).split(" ").at(-1);

    const answers: string[] = [];
    const failures: unknown[] = [];
    let asking = true;
    const clients = [link, leased, link, leased].map(async (url) => {
      while (asking)
        await open(url).then(
          (answer) => answers.push(answer),
          (error: unknown) => failures.push(error),
        );
    });
    const other = project("other", dev);
    const { instance } = await json<UpDocument>(other, "up");
    expect(await open(instance.routes[0]?.browserUrl ?? "")).toMatch(/^dev mercury/);
    const after = await readDaemon();
    expect(after).toMatchObject({ protocol: 1, gateway: { httpPort: before?.gateway.httpPort } });
    expect(after?.pid).not.toBe(before?.pid);
    // It ends once what was asked of it is answered.
    await until(10_000, async () => !isAlive(before?.pid as number));
    const sofar = answers.length;
    await until(10_000, async () => answers.length > sofar + 50);
    asking = false;
    await Promise.all(clients);
    expect(failures).toEqual([]);
    expect(new Set(answers.map((answer) => answer.split(" ").at(-1)))).toEqual(new Set([pid, leasedPid]));

    const { instances } = await json<{ instances: Instance[] }>(shop, "list");
    expect(instances[0]?.routes).toMatchObject([
      { label: "dev", health: "up" },
      { label: "docs", health: "up" },
    ]);
    const again = await json<UpDocument>(shop, "up");
    expect(again.steps.filter(({ name, status }) => name !== "verify" && status === "done")).toEqual([]);
    const earlier = await numbersLogged(shop);
    await until(10_000, async () => (await numbersLogged(shop)).length > earlier.length + 100);
    const numbers = await numbersLogged(shop);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));

    signalGroup(docs, "SIGKILL");
    await until(5000, async () => (await open(leased)).startsWith("Nobody serves"));
    await json(shop, "down");
    expect(isAlive(Number(pid))).toBe(false);
    expect(await open(instance.routes[0]?.browserUrl ?? "")).toMatch(/^dev mercury/);
  });

  test("and what was stopped stays so, and is started by its name", async () => {
    const older = versionOf(0);
    const shop = project("shop", dev);
    await upWith(older, shop);
    const stopped = startOther(older, shop, "stop", "dev");
    expect(await stopped.ended).toBe(0);
    const before = await readDaemon();
    await json<UpDocument>(project("other", dev), "up");
    expect((await readDaemon())?.pid).not.toBe(before?.pid);
    const { instances } = await json<{ instances: Instance[] }>(shop, "list");
    expect(instances[0]?.routes).toMatchObject([{ label: "dev", health: "down", reason: "it was stopped" }]);
    const { instance } = await json<UpDocument>(shop, "start", "dev");
    expect(instance.routes).toMatchObject([{ label: "dev", health: "up" }]);
  });

  test("once, when many ask for it at once", async () => {
    const older = versionOf(0);
    const shop = project("shop", dev);
    const link = linkOf(await upWith(older, shop));
    const answer = await open(link);
    const others = ["a", "b", "c"].map((name) => project(name, dev));
    const documents = await Promise.all(others.map((other) => json<UpDocument>(other, "up")));
    for (const document of documents) expect(await open(linkOf(document))).toMatch(/^dev mercury/);
    expect(await open(link)).toBe(answer);
    expect((await readDaemon())?.protocol).toBe(1);
  });

  test("and one that is killed afterwards takes the processes along that it took over", async () => {
    const older = versionOf(0);
    const shop = project("shop", dev);
    const pid = Number((await open(linkOf(await upWith(older, shop)))).split(" ").at(-1));
    await json(project("other", dev), "up");
    process.kill((await readDaemon())?.pid as number, "SIGKILL");
    await until(5000, async () => !isAlive(pid));
  });
});

describe("a daemon is not replaced", () => {
  test("by a version that does not start: it goes on, and is replaced later", async () => {
    const older = versionOf(0);
    const shop = project("shop", talking);
    const link = linkOf(await upWith(older, shop));
    const before = await readDaemon();
    const broken = versionOf(1);
    writeFileSync(join(dirname(broken), "../dist/app/broken.js"), "process.exit(9);");
    const app = join(dirname(broken), "../dist/app");
    const daemon = readdirSync(app).find((name) => readFileSync(join(app, name), "utf8").includes("protocol:1,")) ?? "";
    writeFileSync(join(app, daemon), `import "./broken.js";${readFileSync(join(app, daemon), "utf8")}`);
    const failed = startOther(broken, project("other", dev), "up");
    expect(await failed.ended).toBe(1);
    expect(failed.text.err).toMatch(/exit code 9 \(CSPACE_DAEMON_FAILED\)/);
    expect((await readDaemon())?.pid).toBe(before?.pid);
    const answer = await open(link);
    expect(answer).toMatch(/^dev mercury/);
    await json(project("third", dev), "up");
    expect(await open(link)).toBe(answer);
    const numbers = await numbersLogged(shop);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  test.each(["ready", "serving"])(
    "by a version that ends when it is to say that it is %s: it goes on as if nothing had been",
    async (word) => {
      const older = versionOf(0);
      const shop = project("shop", talking);
      const link = linkOf(await upWith(older, shop));
      const before = await readDaemon();
      const docs = startOther(older, shop, "run", "docs", "--", "node", "server.mjs");
      await until(10_000, async () => docs.text.err.includes("http://"));
      const leased = link.replace("//dev.", "//docs.");
      await until(10_000, async () => (await open(leased).catch(() => "")).startsWith("dev"));
      const answers = [await open(link), await open(leased)];
      const broken = versionOf(1);
      const app = join(dirname(broken), "../dist/app");
      const said = `say(\`${word}\`)`;
      const file = readdirSync(app).find((name) => readFileSync(join(app, name), "utf8").includes(said)) ?? "";
      const text = readFileSync(join(app, file), "utf8");
      writeFileSync(join(app, file), text.replace(said, "say(process.exit(8))"));
      const failed = startOther(broken, project("other", dev), "up");
      expect(await failed.ended).toBe(1);
      expect(failed.text.err).toMatch(/exit code 8 \(CSPACE_DAEMON_FAILED\)/);
      // Whatever watches over the processes has had its time.
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await readDaemon())?.pid).toBe(before?.pid);
      expect([await open(link), await open(leased)]).toEqual(answers);
      await json(project("third", dev), "up");
      expect([await open(link), await open(leased)]).toEqual(answers);
      const numbers = await numbersLogged(shop);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    },
  );

  test("by an older version, which says what to do", async () => {
    const newer = versionOf(2);
    const shop = project("shop", dev);
    const link = linkOf(await upWith(newer, shop));
    const before = await readDaemon();
    const run: RunningCli = start(project("other", dev), "up");
    expect(await run.ended).toBe(1);
    expect(run.text.err).toContain("(CSPACE_DAEMON_VERSION)");
    expect((await readDaemon())?.pid).toBe(before?.pid);
    expect(await open(link)).toMatch(/^dev mercury/);
    // Its processes are everybody's to end.
    await json(shop, "down");
    await until(10_000, async () => (await readDaemon()) === undefined);
  });
});
