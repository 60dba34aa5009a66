import { type LogLine, readContainerLogs } from "@cspace/compose";
import { expect, test } from "vitest";
import { fakeDetail, fakeEngine } from "../fake-engine.ts";

/** A frame as the engine sends it: a header of eight bytes, then the payload. */
function frame(stream: 1 | 2, text: string | Uint8Array): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function read(chunks: readonly Uint8Array[], tty = false): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of readContainerLogs(
    fakeEngine({ logs: chunks, details: { app: fakeDetail({ tty }) } }),
    "app",
  ))
    lines.push(line);
  return lines;
}

const whole = Buffer.concat([frame(1, "one\ntw"), frame(2, "oh\n"), frame(1, "o\n"), frame(1, "the end")]);
const lines = [
  { stream: "stdout", line: "one" },
  { stream: "stderr", line: "oh" },
  { stream: "stdout", line: "two" },
  { stream: "stdout", line: "the end" },
];

test("frames of both streams become lines, also one that several frames carry", async () => {
  expect(await read([whole])).toEqual(lines);
});

test("frames may be cut anywhere", async () => {
  const bytes = [...whole].map((byte) => Uint8Array.of(byte));
  expect(await read(bytes)).toEqual(lines);
  for (let at = 1; at < whole.length; at += 1) {
    expect(await read([whole.subarray(0, at), whole.subarray(at)])).toEqual(lines);
  }
});

test("a character that two frames share stays whole", async () => {
  const euro = Buffer.from("€\n");
  const chunks = [frame(1, euro.subarray(0, 1)), frame(2, "x\n"), frame(1, euro.subarray(1))];
  expect(await read(chunks)).toEqual([
    { stream: "stderr", line: "x" },
    { stream: "stdout", line: "€" },
  ]);
});

test("a container with a terminal has one stream without frames, and lines end as terminals end them", async () => {
  expect(await read([Buffer.from("one\r\ntw"), Buffer.from("o\r\n")], true)).toEqual([
    { stream: "stdout", line: "one" },
    { stream: "stdout", line: "two" },
  ]);
});

test("empty lines stay; an empty log has none", async () => {
  expect(await read([frame(1, "\n\n")])).toHaveLength(2);
  expect(await read([])).toEqual([]);
});

test("a container that is gone has no lines", async () => {
  const found: LogLine[] = [];
  for await (const line of readContainerLogs(fakeEngine({ logs: [whole] }), "gone")) found.push(line);
  expect(found).toEqual([]);
});

test("an abort ends it without a failure", async () => {
  const controller = new AbortController();
  const engine = {
    ...fakeEngine({ details: { app: fakeDetail() } }),
    containerLogs: async () => {
      const { Readable } = await import("node:stream");
      const stream = new Readable({ read: () => undefined });
      stream.push(frame(1, "one\n"));
      return stream;
    },
  };
  const found: string[] = [];
  for await (const { line } of readContainerLogs(engine, "app", { follow: true, signal: controller.signal })) {
    found.push(line);
    controller.abort();
  }
  expect(found).toEqual(["one"]);
});
