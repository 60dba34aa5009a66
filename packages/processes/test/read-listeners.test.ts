import { getEventListeners } from "node:events";
import { createServer } from "node:net";
import { findFreePort } from "@cspace/ports";
import { describe, expect, onTestFinished, test } from "vitest";
import { findAddress } from "../src/find-address.ts";
import { readListeners } from "../src/read-listeners.ts";
import { readMembers } from "../src/read-members.ts";
import { type ProcessSystem, thisSystem } from "../src/system.ts";
import { folderOf, node, start, until } from "./start.ts";

/** macOS, as its programs answer. */
function mac(answers: Readonly<Record<string, string>>): ProcessSystem & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    ...thisSystem,
    platform: "darwin",
    asked,
    run: async (file, args) => {
      asked.push([file, ...args].join(" "));
      const stdout = answers[file];
      if (stdout === undefined) throw Object.assign(new Error("none"), { code: "ENOENT" });
      return { exitCode: stdout === "" ? 1 : 0, stdout };
    },
  };
}

const ps = `    1     0     1 Ss
  100     1   100 Ss
  101   100   100 S+
  102   101   102 S
  103     1   100 Z
  104     1   104 S
`;

describe("macOS", () => {
  test("the members are the group's, and their descendants; what has ended does not count", async () => {
    expect(await readMembers(100, mac({ ps }))).toMatchObject([
      { pid: 100, group: 100, isOwn: true },
      { pid: 101, group: 100, isOwn: true },
      { pid: 102, group: 102, isOwn: false },
    ]);
  });

  test("lsof is asked for their groups, and tells of loopback and all addresses alone", async () => {
    const lsof =
      "p101\nf21\ntIPv6\nn*:3000\nf22\ntIPv4\nn127.0.0.1:3001\np102\nf9\ntIPv6\nn[::1]:3002\nf10\ntIPv4\nn*:3003\nf11\ntIPv4\nn192.168.1.2:3004\n";
    const system = mac({ ps, lsof });
    expect(await readListeners(100, system)).toEqual([
      { port: 3000, address: "::" },
      { port: 3001, address: "127.0.0.1" },
      { port: 3002, address: "::1" },
      { port: 3003, address: "0.0.0.0" },
    ]);
    expect(system.asked[1]).toBe("lsof -nP -a -g 100,102 -iTCP -sTCP:LISTEN -Ftn");
  });

  test("lsof without a find ends with 1, and nobody listens", async () => {
    expect(await readListeners(100, mac({ ps, lsof: "" }))).toEqual([]);
    expect(await readListeners(999, mac({ ps }))).toEqual([]);
  });

  test("without the programs nothing is claimed", async () => {
    expect(await readListeners(100, mac({}))).toBeNull();
    expect(await readListeners(100, mac({ ps }))).toBeNull();
  });
});

// The real ones, where this machine has them: what macOS answers is alike.
test("ps and lsof tell of a real process what /proc tells", async () => {
  const code = `require("net").createServer().listen(0, "127.0.0.1"); require("net").createServer().listen(0, "::1")`;
  const dev = start({ command: `${node(code)} & wait` }, { readyMs: 20_000 });
  await dev.ready();
  const group = dev.pid ?? 0;
  const plain = await readListeners(group, thisSystem);
  expect(plain).toHaveLength(2);
  const other = await readListeners(group, { ...thisSystem, platform: "darwin" });
  if (other !== null) expect(other).toEqual(plain);
});

test("where nobody tells, the port that was given is found by connecting to it", async () => {
  const dev = start(
    { command: node(`require("http").createServer().listen(process.env.PORT, "::1")`) },
    { system: { ...mac({}), kill: thisSystem.kill } },
  );
  expect(await dev.ready()).toMatchObject({ host: "::1" });
  await dev.stop();
  expect(dev.state).toBe("stopped");
});

test("a socket of somebody else on the port that was given does not count", async () => {
  const theirs = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void theirs.close());
  await new Promise((resolve) => theirs.once("listening", resolve));
  const { port } = theirs.address() as { port: number };
  const dev = start({ command: "exec sleep 60" });
  await until(() => dev.pid !== null);
  // As when another takes it between the search and the start.
  const found = await findAddress({ group: dev.pid ?? 0, port, anyPort: true }, thisSystem);
  expect(found).toEqual({ address: null, isListening: false });
});

test("the port that was given goes before a lower one, also when any would do", async () => {
  const ports = [await findFreePort(), await findFreePort()].sort((a, b) => a - b);
  const code = ports.map((port) => `require("http").createServer().listen(${port}, "127.0.0.1")`).join(";");
  const dev = start({ command: node(code) });
  await dev.ready();
  const { signal } = new AbortController();
  for (const port of ports) {
    const { address } = await findAddress({ group: dev.pid ?? 0, port, anyPort: true, signal }, thisSystem);
    expect(address?.port).toBe(port);
  }
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("no process at all", async () => {
  const procDir = folderOf({ "12/stat": "12 (a) b) S 1 12 12 0\n", "13/stat": "13 (x) Z 12 12 12\n", "net/tcp": "" });
  const system: ProcessSystem = { ...thisSystem, platform: "linux", procDir };
  expect(await readMembers(12, system)).toMatchObject([{ pid: 12, group: 12, isOwn: true }]);
  expect(await readListeners(12, system)).toEqual([]);
  expect(await readMembers(99, system)).toEqual([]);
});
