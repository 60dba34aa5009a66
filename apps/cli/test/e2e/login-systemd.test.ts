import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "./harness.ts";
import { type Machine, machinesRun, startMachine, sudoers } from "./machine.ts";

describe.skipIf(!machinesRun)("a login on a real machine (needs root, Debian, and a Docker engine)", () => {
  let machine: Machine;
  const url = "http://dev.mercury.shop.cspace.localhost:8088/";
  const open = async (): Promise<string> =>
    (await machine.sh(`curl -sf --resolve dev.mercury.shop.cspace.localhost:8088:127.0.0.1 ${url}`)).out;
  const dev = (script: string): Promise<string> =>
    machine.must(`export DOCKER_HOST=unix:///nowhere.sock; cd ~/shop && ${script}`, "dev");

  beforeAll(async () => {
    machine = await startMachine("hosts");
    await machine.must(sudoers("free"));
    await machine.must(
      `mkdir -p ~/shop && cd ~/shop && cat >package.json <<'JSON'
{ "scripts": { "dev": "node server.mjs" } }
JSON
cat >server.mjs <<'JS'
import { createServer } from "node:http";
createServer((_, answer) => answer.end("pid " + process.pid)).listen(Number(process.env.PORT), process.env.HOST);
JS`,
      "dev",
    );
  });
  afterAll(() => machine?.stop());

  test("systemd itself brings back what ran, and the daemon; and nothing once that is not wanted any more", async () => {
    await dev("cspace init --at-login --no-trust --yes && cspace up mercury");
    const before = await open();
    expect(before).toMatch(/^pid \d+$/);
    // As a reboot does.
    await machine.must("pkill -9 -u dev; while pgrep -u dev >/dev/null; do sleep 0.1; done");
    expect(await open()).toBe("");
    await machine.must("systemctl start user@$(id -u dev).service");
    await until(30_000, async () => /^pid \d+$/.test(await open()));
    expect(await open()).not.toBe(before);
    const status = await machine.must(
      "XDG_RUNTIME_DIR=/run/user/$(id -u) systemctl --user show cspace.service -p ActiveState -p Result",
      "dev",
    );
    expect(status.trim().split("\n").sort()).toEqual(["ActiveState=active", "Result=success"]);
    // What it has started goes on with the session.
    await machine.must("XDG_RUNTIME_DIR=/run/user/$(id -u) systemctl --user stop cspace.service", "dev");
    expect(await open()).toMatch(/^pid \d+$/);

    await dev("cspace init --no-at-login --no-trust --yes");
    await machine.must("systemctl stop user@$(id -u dev).service; pkill -9 -u dev; true");
    await machine.must("systemctl start user@$(id -u dev).service; sleep 3");
    expect(await open()).toBe("");
  });
});
