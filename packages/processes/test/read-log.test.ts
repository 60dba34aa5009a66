import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LogLine, readLog } from "@cspace/processes";
import { expect, test } from "vitest";
import { createLog } from "../src/create-log.ts";
import { folderOf, node, start, until } from "./start.ts";

const line = (text: string, stream: LogLine["stream"] = "out"): LogLine => ({
  time: "2026-01-02T03:04:05.678Z",
  stream,
  text,
});

async function textsOf(folder: string, tail?: number): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of readLog(folder, "dev", tail === undefined ? {} : { tail })) texts.push(text);
  return texts;
}

test("lines come back as they were, with their time", async () => {
  const folder = folderOf();
  const log = createLog({ folder: join(folder, "deep"), name: "dev" });
  const lines = [line("a"), line("  b ", "err"), line("", "note"), line("ünï \u0000\r x\t")];
  await log.append(lines);
  await log.close();
  const read = [];
  for await (const one of readLog(join(folder, "deep"), "dev")) read.push(one);
  expect(read).toEqual(lines);
});

test.each(["", "..", "../dev", "a/b", "a\\b", ".hidden", "a\0"])("%j is not the name of a log", async (name) => {
  expect(() => createLog({ folder: "/tmp", name })).toThrow(RangeError);
  await expect(readLog("/tmp", name).next()).rejects.toThrow(RangeError);
});

test("no log is an empty one", async () => {
  expect(await textsOf(join(folderOf(), "none"))).toEqual([]);
});

test("a line that is none keeps the order, with the time of the one before", async () => {
  const folder = folderOf({ "dev.log": "2026-01-02T03:04:05.678Z out  a\ncut\n" });
  const read = [];
  for await (const one of readLog(folder, "dev")) read.push(one);
  expect(read).toEqual([line("a"), line("cut", "note")]);
});

test("the files stay within their bounds, and the newest lines are there in order", async () => {
  const folder = folderOf();
  const log = createLog({ folder, name: "dev", maxBytes: 1_000, files: 3 });
  for (let index = 0; index < 500; index += 1) await log.append([line(`line ${index}`)]);
  await log.close();
  expect(readdirSync(folder).sort()).toEqual(["dev.log", "dev.log.1", "dev.log.2"]);
  for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).size).toBeLessThanOrEqual(1_000);
  const texts = await textsOf(folder);
  expect(texts.length).toBeGreaterThan(40);
  expect(texts).toEqual(Array.from({ length: texts.length }, (_, index) => `line ${500 - texts.length + index}`));
  expect(await textsOf(folder, 2)).toEqual(["line 498", "line 499"]);
  expect(await textsOf(folder, 0)).toEqual([]);
});

test("a log goes on after what is there", async () => {
  const folder = folderOf();
  for (const text of ["a", "b"]) {
    const log = createLog({ folder, name: "dev" });
    await log.append([line(text)]);
    await log.close();
  }
  expect(await textsOf(folder)).toEqual(["a", "b"]);
});

test("logs whose names begin alike are told apart", async () => {
  const folder = folderOf({ "dev.log.old": "x\n", "dev-2.log": "x\n", "dev.log.x1": "x\n" });
  expect(await textsOf(folder)).toEqual([]);
});

test("who follows gets every line once, in order, while the files are rotated", async () => {
  const folder = folderOf();
  const log = createLog({ folder, name: "dev", maxBytes: 500, files: 15 });
  const end = new AbortController();
  const texts: string[] = [];
  const following = (async () => {
    for await (const { text } of readLog(folder, "dev", { follow: true, pollMs: 1, signal: end.signal }))
      texts.push(text);
  })();
  for (let index = 0; index < 2_000; index += 1) {
    await log.append([line(`line ${index}`)]);
    if (index % 100 === 99) await until(() => texts.length === index + 1);
  }
  end.abort();
  await following;
  await log.close();
  expect(texts).toEqual(Array.from({ length: 2_000 }, (_, index) => `line ${index}`));
});

test("following ends with its signal, also when it was over before", async () => {
  const folder = folderOf({ "dev.log": "2026-01-02T03:04:05.678Z out  a\n" });
  const texts = [];
  for await (const { text } of readLog(folder, "dev", { follow: true, signal: AbortSignal.abort() })) texts.push(text);
  expect(texts).toEqual(["a"]);
});

test("a process that writes as fast as it can is held back, and its log keeps its bounds", async () => {
  const folder = folderOf();
  const code = `let i = 0; const write = () => { while (process.stdout.write("line " + i++ + " " + "x".repeat(80) + "\\n") && i < 2e5); if (i < 2e5) process.stdout.once("drain", write); }; write()`;
  const dev = start({ command: node(code) }, { log: { folder, maxBytes: 100_000, files: 3 }, keepLines: 10 });
  await until(() => dev.state === "exited");
  const sizes = readdirSync(folder).map((file) => statSync(join(folder, file)).size);
  expect(sizes).toHaveLength(3);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100_000);
  expect((await textsOf(folder, 2))[0]).toMatch(/^line 199999 x+$/);
  expect(dev.lastLines(100)).toHaveLength(10);
});

test("what one cannot write now is tried again later", async () => {
  const folder = folderOf({ logs: "" });
  const log = createLog({ folder: join(folder, "logs", "deeper"), name: "dev" });
  await log.append([line("lost")]);
  expect(log.failure).toMatchObject({ code: "ENOTDIR" });
  await log.close();
});

test("lines of any length, with characters that arrive in two pieces, come in one", async () => {
  const folder = folderOf();
  writeFileSync(join(folder, "text"), `a${"é".repeat(80_000)}\nend\n`);
  const dev = start({ command: "cat text", cwd: folder }, { log: { folder } });
  await until(() => dev.state === "exited");
  const texts = (await textsOf(folder)).slice(1, -1);
  expect(texts.at(-1)).toBe("end");
  expect(texts.slice(0, -1).join("")).toBe(`a${"é".repeat(80_000)}`);
});

test("what has no end is in the log while its process runs, and what follows on it is another line", async () => {
  const folder = folderOf();
  const code = `process.stdout.write("one\\ngo on? "); setTimeout(() => process.stdout.write("yes\\nlast\\r"), 1500); setTimeout(() => process.stdout.write("\\nend\\n"), 3000)`;
  const dev = start({ command: node(code) }, { log: { folder } });
  const written = async (): Promise<string[]> => (await textsOf(folder)).slice(1);
  await until(async () => (await written()).includes("go on? "));
  expect(dev.state).toBe("starting");
  expect(await written()).toEqual(["one", "go on? "]);
  await until(async () => (await written()).includes("last"));
  expect(await written()).toEqual(["one", "go on? ", "yes", "last"]);
  await until(() => dev.state === "exited");
  expect(await written()).toEqual(["one", "go on? ", "yes", "last", "end", "ended with code 0"]);
  expect(dev.lastLines(10)).toEqual(["one", "go on? yes", "last", "end"]);
});
