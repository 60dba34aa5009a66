import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askDaemon } from "./ask-daemon.ts";
import { createSandbox, docker, engineAnswers, get, httpService, prefix, removeLeftovers, until } from "./harness.ts";
import { isAlive } from "./processes.ts";

interface Route {
  readonly label: string;
  readonly browserUrl: string | null;
  readonly health: string;
  readonly target: object;
}

const sandbox = createSandbox();
const project = `${prefix}mixed`;
const server = `
const { PORT, HOST, CSPACE_INSTANCE } = process.env;
require("node:http").createServer((request, response) => {
  console.log("asked");
  response.end([CSPACE_INSTANCE, request.headers["x-forwarded-host"], process.env.CSPACE_SERVICE_API_URL, process.pid].join(" "));
})
  .listen(Number(PORT), HOST);
`;

describe.skipIf(!engineAnswers)("processes of the host beside containers (needs a Docker engine)", () => {
  let folder: string;
  let routes: readonly Route[];
  let port: number;
  const host = (label: string, instance = "mercury"): string => `${label}.${instance}.${project}.cspace.local`;
  const catchAll = (): string => join(sandbox.home, "proxy/dynamic/gateway.yml");

  beforeAll(async () => {
    removeLeftovers();
    folder = sandbox.project(project, {
      "compose.yaml": `services:\n${httpService("api", [3000], '    ports: ["3000"]')}`,
      ".cspace.json": JSON.stringify({ processes: { web: { command: "node server.cjs" } } }),
      "server.cjs": server,
    });
    const { instance } = await sandbox.json<{ instance: { engine: string; routes: Route[] } }>(folder, "up", "mercury");
    expect(instance.engine).toBe("mixed");
    routes = instance.routes;
    port = (await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status")).proxy.httpPort;
  });
  afterAll(async () => {
    await askDaemon(sandbox.home, "POST", "/stop");
    await until(10_000, async () => (await askDaemon(sandbox.home, "GET", "/status")) === undefined);
    await sandbox.clean();
  });

  it("both answer under hostnames on the proxy's port", async () => {
    expect(routes.map(({ label, health }) => [label, health])).toEqual([
      ["api", "up"],
      ["web", "up"],
    ]);
    expect(await get(port, host("api"))).toMatchObject({ status: 200, body: "api-3000-mercury" });
    const answer = await get(port, host("web"));
    expect(answer).toMatchObject({ status: 200, route: `web--mercury--${project}` });
    // What Traefik says of the client is kept.
    expect(answer.body).toMatch(new RegExp(`^mercury ${host("web")}`));
  });

  it("a status line shows both under hostnames, and no process is asked for it", async () => {
    const asked = async (): Promise<number> =>
      (await sandbox.cspace(folder, "logs", "web", "--tail", "1000")).out.split("asked").length;
    const before = await asked();
    // On a busy machine its deadline is soon over.
    await until(10_000, async () => {
      const { out } = await sandbox.cspace(folder, "statusline");
      const hosts = [...out.matchAll(/;;(http\S+?)\p{Cc}/gu)].map(([, url]) =>
        new URL(url as string).hostname.replace(/host$/, ""),
      );
      return hosts.join() === ["api", "web"].map((label) => host(label)).join();
    });
    expect(await asked()).toBe(before);
    expect((await get(port, host("web"))).status).toBe(200);
    await until(5000, async () => (await asked()) === before + 1);
  });

  it("a container reaches the process by its hostname, and finds it in its environment", () => {
    const container = docker("ps", "-q", "--filter", `label=com.docker.compose.project=${project}--mercury`);
    const seen = docker("exec", container, "sh", "-c", 'timeout 5 wget -qO- "$CSPACE_SERVICE_WEB_URL"');
    expect(seen).toMatch(/^mercury /);
  });

  it("the process finds the container in its environment, and reaches it", async () => {
    const url = (await get(port, host("web"))).body.split(" ").at(-2) ?? "";
    expect((await (await fetch(url)).text()).trim()).toBe("api-3000-mercury");
  });

  it("a second up changes nothing", async () => {
    const before = (await get(port, host("web"))).body;
    const { steps } = await sandbox.json<{ steps: { name: string; status: string }[] }>(folder, "up", "mercury");
    expect(steps.filter(({ name, status }) => name !== "verify" && status === "done")).toEqual([]);
    expect((await get(port, host("web"))).body).toBe(before);
  });

  it("a name that nobody claims is the gateway's to answer, with what runs", async () => {
    const answer = await get(port, host("nothing"));
    expect(answer).toMatchObject({ status: 404, route: undefined });
    expect(answer.body).toContain(host("web"));
  });

  it("without its daemon, the next up takes the way to it out of Traefik, and brings both back", async () => {
    expect(existsSync(catchAll())).toBe(true);
    const web = Number((await get(port, host("web"))).body.split(" ").at(-1));
    process.kill((await askDaemon(sandbox.home, "GET", "/status"))?.pid as number, "SIGKILL");
    await until(5000, async () => (await get(port, host("web"))).status === 502);
    await until(5000, async () => !isAlive(web));
    await sandbox.json(folder, "proxy", "up");
    expect(existsSync(catchAll())).toBe(false);
    await until(5000, async () => (await get(port, host("web"))).status === 404);
    await sandbox.json(folder, "up", "mercury");
    expect((await get(port, host("web"))).status).toBe(200);
  });

  it("a process that the settings do not name any more ends", async () => {
    const settings = join(folder, ".cspace.json");
    const before = readFileSync(settings, "utf8");
    const web = Number((await get(port, host("web"))).body.split(" ").at(-1));
    writeFileSync(settings, "{}");
    const { instance } = await sandbox.json<{ instance: { routes: Route[] } }>(folder, "up", "mercury");
    expect(instance.routes.map(({ label }) => label)).not.toContain("web");
    expect(isAlive(web)).toBe(false);
    writeFileSync(settings, before);
    await sandbox.json(folder, "up", "mercury");
  });

  it("down ends both, and the daemon leaves Traefik as it was", async () => {
    const web = Number((await get(port, host("web"))).body.split(" ").at(-1));
    await sandbox.json(folder, "down", "mercury");
    expect(docker("ps", "-aq", "--filter", `label=com.docker.compose.project=${project}--mercury`)).toBe("");
    await until(10_000, async () => (await askDaemon(sandbox.home, "GET", "/status")) === undefined);
    await until(5000, async () => !existsSync(catchAll()));
    await until(5000, async () => (await get(port, host("web"))).status === 404);
    expect(isAlive(web)).toBe(false);
  });
});
