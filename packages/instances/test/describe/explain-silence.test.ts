import { expect, test } from "vitest";
import { explainSilence } from "../../src/describe/explain-silence.ts";

const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (address: string, port: number, state = "0A"): string =>
  `   0: ${address}:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 0 0 41 1\n`;
const all = "00000000";
const loopback = "0100007F";
/** Docker's own resolver in every container. */
const resolver = row("0B00007F", 41000);

test.each([
  ["its own loopback", row(loopback, 3000), 502, "it listens on 127.0.0.1:3000 inside its container; make it 0.0.0.0"],
  ["another port", row(all, 4000), 502, "nothing listens on port 3000 in its container; it listens on 4000"],
  [
    "another port, alone",
    row(loopback, 4000),
    502,
    "nothing listens on port 3000 in its container; it listens on 127.0.0.1:4000",
  ],
  ["nothing but Docker's resolver", resolver, 502, "nothing listens on port 3000 in its container yet"],
  ["connections only", row(all, 3000, "01"), 502, "nothing listens on port 3000 in its container yet"],
  ["the port, and says no HTTP", row(all, 3000), 502, "it listens on port 3000, and its answer is no HTTP"],
  ["the port, and is silent", row(all, 3000), null, "it has not answered on port 3000 in time"],
])("a container that listens on %s", async (_, rows, status, reason) => {
  expect(await explainSilence({ port: 3000, container: "c", status, lookInside: async () => head + rows })).toBe(
    reason,
  );
});

test("where nobody can look, the reason is a guess that says so", async () => {
  const guess = "nothing answers on port 3000 in its container; does it listen there, and on 0.0.0.0?";
  for (const lookInside of [undefined, async () => undefined, async () => ""]) {
    expect(await explainSilence({ port: 3000, container: "c", status: 502, lookInside })).toBe(guess);
  }
});
