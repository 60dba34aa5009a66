import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { portHolder, type RunCommand } from "@cspace/ports";
import { expect, onTestFinished, test } from "vitest";
import { closedPort, listenTcp, listenUdp } from "./listen.ts";

const self = { kind: "process", pid: process.pid };

test.skipIf(process.platform !== "linux")("Linux: this process is found by its socket", async () => {
  expect(await portHolder(await listenTcp())).toMatchObject(self);
  expect(await portHolder(await listenUdp(), { protocol: "udp" })).toMatchObject(self);
});

test("nobody holds a free port", async () => {
  expect(await portHolder(await closedPort())).toBeUndefined();
});

test("a container that publishes the port comes before the process that forwards it", async () => {
  const port = await listenTcp();
  const containers = async () => [
    { name: "dns-1", ports: [{ publicPort: port, type: "udp" }] },
    { name: "web-1", ports: [{ type: "tcp" }, { publicPort: port, type: "tcp" }] },
  ];
  expect(await portHolder(port, { containers })).toEqual({ kind: "container", name: "web-1" });
  expect(await portHolder(port, { containers, protocol: "udp" })).toEqual({ kind: "container", name: "dns-1" });
});

const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (port: string, state: string, inode: number): string =>
  `   0: 0100007F:${port} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 100\n`;

/** Port 80 (0x50) is held by 4242; 81 has a connection but no listener; 82 has a socket nobody shows. */
async function fakeProc(): Promise<string> {
  const procDir = await mkdtemp(join(tmpdir(), "cspace-ports-"));
  onTestFinished(() => rm(procDir, { recursive: true }));
  await mkdir(join(procDir, "net"));
  await writeFile(join(procDir, "net/tcp"), header + row("0050", "0A", 11) + row("0051", "01", 12));
  await writeFile(join(procDir, "net/tcp6"), header + row("0052", "0A", 13));
  await mkdir(join(procDir, "17/fd"), { recursive: true });
  await mkdir(join(procDir, "4242/fd"), { recursive: true });
  await symlink("/dev/null", join(procDir, "4242/fd/0"));
  await symlink("socket:[11]", join(procDir, "4242/fd/3"));
  await writeFile(join(procDir, "4242/comm"), "nginx\n");
  return procDir;
}

test("Linux: a listening socket leads to its process", async () => {
  const options = { platform: "linux", procDir: await fakeProc() } as const;
  expect(await portHolder(80, options)).toEqual({ kind: "process", name: "nginx", pid: 4242 });
});

test("Linux: a socket that no visible process has is unknown", async () => {
  const options = { platform: "linux", procDir: await fakeProc() } as const;
  expect(await portHolder(82, options)).toEqual({ kind: "unknown" });
});

test("Linux: a connection is no listener, and a missing udp table is an empty one", async () => {
  const procDir = await fakeProc();
  const port = await closedPort();
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  await writeFile(join(procDir, "net/tcp"), header + row(hex, "01", 11));
  expect(await portHolder(port, { platform: "linux", procDir })).toBeUndefined();
  expect(await portHolder(port, { platform: "linux", procDir, protocol: "udp" })).toBeUndefined();
});

test("elsewhere: lsof names the process", async () => {
  const calls: string[][] = [];
  const run: RunCommand = async (file, args) => {
    calls.push([file, ...args]);
    return { exitCode: 0, stdout: "p501\ncGoogle\\x20Chrome\nf12\n" };
  };
  const holder = { kind: "process", name: "Google Chrome", pid: 501 };
  expect(await portHolder(3000, { platform: "darwin", run })).toEqual(holder);
  expect(await portHolder(53, { platform: "darwin", run, protocol: "udp" })).toEqual(holder);
  expect(calls.map((call) => call.join(" "))).toEqual([
    "lsof -nP -iTCP:3000 -sTCP:LISTEN -Fpc +c 0",
    "lsof -nP -iUDP:53 -Fpc +c 0",
  ]);
});

test("elsewhere: when lsof sees nobody, the bind tells whether somebody is there", async () => {
  const run: RunCommand = async () => ({ exitCode: 1, stdout: "" });
  expect(await portHolder(await listenTcp(), { platform: "darwin", run })).toEqual({ kind: "unknown" });
  expect(await portHolder(await closedPort(), { platform: "darwin", run })).toBeUndefined();
});

test("elsewhere: no lsof is like an lsof that sees nobody; another failure is thrown", async () => {
  const failing =
    (code: string): RunCommand =>
    () =>
      Promise.reject(Object.assign(new Error(code), { code }));
  const port = await listenTcp();
  for (const code of ["ENOENT", "EACCES"]) {
    expect(await portHolder(port, { platform: "win32", run: failing(code) })).toEqual({ kind: "unknown" });
  }
  await expect(portHolder(port, { platform: "darwin", run: failing("EMFILE") })).rejects.toThrow("EMFILE");
});
