import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";
import type { RunCommand } from "@cspace/plan";
import { type ResolverState, readResolver, verifyResolver } from "@cspace/resolver";
import { expect, onTestFinished, test } from "vitest";
import { createLinux, createMachine } from "./machine.ts";

/** A DNS that answers every question for an address with 127.0.0.1. */
async function startDns(): Promise<number> {
  const socket = createSocket("udp4");
  socket.on("message", (question, { port, address }) => {
    const end = question.indexOf(0, 12) + 5;
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1]);
    const header = Buffer.from(question.subarray(0, 12));
    header.set([0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0], 2);
    socket.send(Buffer.concat([header, question.subarray(12, end), answer]), port, address);
  });
  await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
  onTestFinished(() => void socket.close());
  return (socket.address() as AddressInfo).port;
}

async function withRule(port: number): Promise<readonly ResolverState[]> {
  const machine = createMachine({ platform: "darwin" });
  machine.write("etc/resolver/cspace.local", `nameserver 127.0.0.1\nport ${port}\n`);
  return readResolver(machine);
}

const says =
  (stdout: string): RunCommand =>
  async () => ({ exitCode: 0, stdout, stderr: "" });

test("asks macOS by dscacheutil, for a fresh name of more than two labels", async () => {
  const asked: string[] = [];
  const run: RunCommand = async (file, args) => {
    asked.push([file, ...args].join(" "));
    return { exitCode: 0, stdout: "name: x\nipv6_address: ::1\n\nname: x\nip_address: 127.0.0.1\n", stderr: "" };
  };
  const port = await startDns();
  const reports = await verifyResolver(await withRule(port), { domains: ["cspace.local"], port, run });
  expect(reports).toEqual([{ kind: "macos", domain: "cspace.local", port, state: "ok", reason: null, fix: null }]);
  expect(asked).toEqual([expect.stringMatching(/^dscacheutil -q host -a name c[0-9a-f]{12}\.check\.cspace\.local$/)]);
});

test("a DNS that answers, and a system that does not ask it", async () => {
  const port = await startDns();
  const [report] = await verifyResolver(await withRule(port), { domains: ["cspace.local"], port, run: says("") });
  expect(report).toMatchObject({ state: "not-used", fix: "cspace dns install" });
});

test("no DNS behind the rule", async () => {
  const port = await startDns();
  const [report] = await verifyResolver(await withRule(port + 1), {
    domains: ["cspace.local"],
    port: null,
    run: says(""),
  });
  expect(report).toMatchObject({ state: "no-dns", port: port + 1, fix: "cspace proxy up" });
});

test("patience asks again until all is well", async () => {
  const port = await startDns();
  let count = 0;
  const run: RunCommand = async () => {
    count += 1;
    return { exitCode: 0, stdout: count < 3 ? "" : "ip_address: 127.0.0.1\n", stderr: "" };
  };
  const [report] = await verifyResolver(await withRule(port), {
    domains: ["cspace.local"],
    port,
    run,
    patienceMs: 20_000,
  });
  expect(report?.state).toBe("ok");
  expect(count).toBe(3);
});

test("asks Windows by Resolve-DnsName", async () => {
  const machine = createMachine({ platform: "win32" });
  const run: RunCommand = async (_, args) => ({
    exitCode: 0,
    stdout: (args.at(-1) ?? "").startsWith("Resolve-DnsName -Name 'c") ? "127.0.0.1\r\n" : "",
    stderr: "",
  });
  const [report] = await verifyResolver(await readResolver(machine), { domains: ["cspace.local"], port: 53, run });
  expect(report).toMatchObject({ kind: "nrpt", state: "ok" });
});

test("asks Linux by getent, really: localhost is there, and what nobody knows is not", async () => {
  const states = await readResolver(createLinux("hosts"));
  const reports = await verifyResolver(states, { domains: ["localhost", "invalid"], port: null, names: ["localhost"] });
  expect(reports.map(({ state }) => state)).toEqual(["no-rule", "no-rule"]);
});

test("names that are missing in /etc/hosts are named", async () => {
  const machine = createLinux("hosts");
  const names = ["api.mercury.notes.cspace.local", "dev.mercury.notes.cspace.local"];
  const options = { domains: ["cspace.local"], port: 53, names, run: says("") };
  const [report] = await verifyResolver(await readResolver(machine), options);
  expect(report).toMatchObject({
    kind: "hosts",
    port: null,
    state: "no-rule",
    reason: expect.stringContaining(names[1] as string),
  });
});
