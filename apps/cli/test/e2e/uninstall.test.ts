import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { httpService } from "./harness.ts";
import { type Machine, machinesRun, startMachine, sudoers } from "./machine.ts";

const keystore = "etc/ssl/certs/java/cacerts";

/** Everything that a machine is, but for what it merely shows of the one that it runs on: files, what the engine has, and who answers names. */
const listing = String.raw`cd /
find etc home/dev usr/local/bin usr/local/share -xdev -path home/dev/shop -prune -o -printf '%p %y %m %u:%g %l\n' | sort
find etc home/dev usr/local/bin usr/local/share -xdev -type f ! -path ${keystore} ! -path 'home/dev/shop/*' -print0 | sort -z | xargs -0 sha256sum
[ ! -x /usr/bin/keytool ] || keytool -list -keystore /${keystore} -storepass changeit 2>/dev/null | sed 1,5d | sort
docker ps --all --format '{{.Names}} {{.Image}}'; docker network ls --format '{{.Name}}' | sort; docker volume ls --quiet; docker images --format '{{.Repository}}:{{.Tag}}' | sort
find srv usr -xdev -newer /run/mark -type f
find home/dev/shop -type f -print0 | sort -z | xargs -0 sha256sum
resolvectl dns; resolvectl domain; resolvectl default-route; sysctl net.ipv4.ip_unprivileged_port_start; cat /proc/1/environ | tr '\0' '\n' | sort
ps -u dev -o comm= || true`;

const everything = `cspace init --yes --at-login --low-ports && cspace statusline --install --yes && cspace up mercury && cspace up venus --new && cspace sleep venus && cspace agents install --yes`;

describe.skipIf(!machinesRun)("uninstall on a real machine (needs root, Debian, and a Docker engine)", () => {
  let machine: Machine;
  let before: string;
  const list = (): Promise<string> => machine.must(listing);
  const dev = (script: string): Promise<string> => machine.must(`cd ~/shop && ${script}`, "dev");

  beforeAll(async () => {
    machine = await startMachine("systemd-resolved");
    await machine.engine();
    await machine.must(`${sudoers("free")}; update-ca-certificates 2>/dev/null; true`);
    await machine.must(
      `mkdir -p ~/shop && cd ~/shop && cat >compose.yaml <<'YAML'
services:
${httpService("web", [3000], "    expose: ['3000']\n    volumes: ['data:/data']")}
volumes: { data: {} }
YAML
cat >server.mjs <<'JS'
import { createServer } from "node:http";
createServer((_, response) => response.end("hello")).listen(Number(process.env.PORT), process.env.HOST);
JS
echo '{ "processes": { "dev": { "command": "node server.mjs" } } }' >.cspace.json`,
      "dev",
    );
    await machine.must("touch /run/mark");
    before = await list();
  });
  afterAll(() => machine?.stop());

  test("where nothing was installed, there is nothing to take away, and nothing is made", async () => {
    expect(await dev("cspace uninstall --yes")).toMatch(/^there was nothing of cspace's\n/);
    expect(await list()).toBe(before);
  });

  test("what it would do is shown, and nothing is done", async () => {
    await dev(everything);
    const installed = await list();
    expect(installed).not.toBe(before);
    const { plan, remains } = JSON.parse(await dev("cspace uninstall --dry-run --json"));
    const paths = plan.steps.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "/etc/systemd/resolved.conf.d/cspace.conf",
        "/home/dev/.config/systemd/user/cspace.service",
        "/home/dev/.claude/settings.json",
        "/home/dev/shop/AGENTS.md",
        "/home/dev/shop/.mcp.json",
        "docker:container/cspace-proxy",
        "docker:container/shop--mercury-web-1",
        "docker:network/cspace-shop",
        "process:shop/mercury/dev",
        "process:cspace daemon",
        "/home/dev/.pki/nssdb",
        "/home/dev/.cspace",
      ]),
    );
    expect(remains.map(({ command }: { command: string | null }) => command)).toContain(
      "docker volume rm shop--mercury_data",
    );
    expect(await list()).toBe(installed);
  });

  test("without a yes, or without sudo, nothing is removed", async () => {
    const installed = await list();
    const asked = await machine.sh("cd ~/shop && cspace uninstall --json", "dev");
    expect(asked.code).toBe(4);
    expect(JSON.parse(asked.out).error.code).toBe("CSPACE_CONFIRMATION_NEEDED");
    await machine.must(sudoers("none"));
    try {
      const denied = await machine.sh("cd ~/shop && cspace uninstall --yes", "dev");
      expect(denied).toMatchObject({ code: 4, err: expect.stringContaining("CSPACE_ELEVATION_FAILED") });
    } finally {
      await machine.must(sudoers("free"));
    }
    expect(await list()).toBe(installed);
  });

  test("where the engine does not answer, its containers would be lost sight of: nothing is removed", async () => {
    const installed = await list();
    const run = await machine.sh("cd ~/shop && DOCKER_HOST=unix:///nowhere.sock cspace uninstall --yes", "dev");
    expect(run).toMatchObject({ code: 3, err: expect.stringContaining("CSPACE_ENGINE_NOT_RUNNING") });
    expect(await list()).toBe(installed);
  });

  test("one that is killed is finished by the next; then the machine is as it was before", async () => {
    const pid = "cspace uninstall --yes --volumes >/dev/null 2>&1 & pid=$!; sleep 0.9; kill -9 $pid; wait $pid || true";
    await dev(pid);
    const out = await dev("cspace uninstall --yes --volumes");
    expect(out).toContain("what stays");
    expect(out).not.toContain("docker volume rm");
    expect(await list()).toBe(before);
    expect(await dev("cspace uninstall --yes")).toMatch(/^there was nothing of cspace's\n/);
  });

  test("volumes stay unless asked for, and what takes them away is told", async () => {
    await dev(everything);
    const out = await dev("cspace uninstall --yes");
    expect(out).toContain("docker volume rm shop--mercury_data");
    expect(await machine.must("docker volume ls --quiet")).toBe("shop--mercury_data\nshop--venus_data\n");
    await machine.must("docker volume rm shop--mercury_data shop--venus_data");
    expect(await list()).toBe(before);
  });

  test("what others put beside it stays: a browser's database, a folder, a file in the home", async () => {
    await dev(everything);
    await dev(`certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n mine -i "$(ls /etc/ssl/certs/*.pem | head -n 1)"
echo mine >~/.cspace/mine; echo mine >~/.claude/mine; echo mine >~/.config/mine`);
    await dev("cspace uninstall --yes --volumes");
    expect(await dev("ls -A ~/.cspace ~/.claude ~/.config")).toBe(
      "/home/dev/.claude:\nmine\n\n/home/dev/.config:\nmine\n\n/home/dev/.cspace:\nmine\n",
    );
    expect(await dev("certutil -d sql:$HOME/.pki/nssdb -L")).toMatch(/^mine +C,,/m);
    await dev("rm -r ~/.cspace ~/.claude ~/.config ~/.pki");
    expect(await list()).toBe(before);
  });

  test("an image that it let the engine pull goes as well, and one that was there stays", async () => {
    await machine.must("docker save coredns/coredns:1.15.0 >/run/image.tar && docker rmi coredns/coredns:1.15.0");
    const failed = await machine.sh("cd ~/shop && cspace proxy up", "dev");
    expect(failed.err).toContain("the image coredns/coredns:1.15.0 cannot be had");
    await machine.must("docker load </run/image.tar");
    await dev("cspace proxy up && cspace uninstall --yes");
    const images = await machine.must("docker images --format '{{.Repository}}'");
    expect(images).toContain("traefik");
    expect(images).not.toContain("coredns");
    await machine.must("docker load </run/image.tar");
    expect(await list()).toBe(before);
  });
});
