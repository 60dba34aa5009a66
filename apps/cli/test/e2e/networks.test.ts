import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findFreePort } from "@cspace/ports";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, get, httpService, removeLeftovers, until } from "./harness.ts";

interface Listed {
  readonly instances: readonly { readonly instance: string; readonly state: string }[];
}

const busybox = "image: busybox:1.37\n    init: true\n    stop_grace_period: 0s";

describe.skipIf(!engineAnswers)("networks that say more than a name (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  const lab = (subnet: string, extra = "") => `services:
${httpService("web", [3000], `    ports: ["3000"]\n    networks: { lab: { ipv4_address: ${subnet}.10 } }${extra}`)}
  probe:
    ${busybox}
    networks: [lab]
    environment: { TARGET: "http://${subnet}.10:3000" }
    command: ["sh", "-c", "while :; do wget -qO- $$TARGET; sleep 1; done"]
networks: { lab: { ipam: { config: [{ subnet: ${subnet}.0/24 }] } } }
`;

  test("copies with a fixed subnet run side by side, each with its addresses in a subnet of its own", async () => {
    const folder = sandbox.project("e2e-subnet", { "compose.yaml": lab("172.31.240") });
    const first = await sandbox.cspace(folder, "up");
    expect(first.code).toBe(0);
    expect(first.err).toContain("the network lab has a subnet of mercury's own, not 172.31.240.0/24");
    await sandbox.json(folder, "up", "--new");
    for (const name of ["mercury", "venus"]) {
      await until(10_000, async () =>
        (await sandbox.cspace(folder, "logs", "probe", "--instance", name)).out.includes(`web-3000-${name}`),
      );
      const { out } = await sandbox.cspace(folder, "logs", "probe", "--instance", name);
      expect(out).not.toContain(`web-3000-${name === "venus" ? "mercury" : "venus"}`);
    }
    const again = await sandbox.json<{ steps: { name: string; status: string }[] }>(folder, "up", "mercury");
    expect(again.steps.filter(({ name }) => ["networks", "create", "start"].includes(name))).toMatchObject(
      Array(3).fill({ status: "unchanged" }),
    );
    await sandbox.json(folder, "down", "--all");
  });

  test("where an address cannot be moved, a second copy is refused before anything of it is made", async () => {
    const folder = sandbox.project("e2e-subnet-kept", {
      "compose.yaml": lab("172.31.241", '\n    volumes: ["./web.conf:/etc/web.conf:ro"]'),
      "web.conf": "listen 172.31.241.10:3000;\n",
    });
    await sandbox.json(folder, "up");
    const before = [docker("ps", "-aq"), docker("network", "ls", "-q")];
    const refused = await sandbox.cspace(folder, "up", "--new");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("CSPACE_SUBNET_TAKEN");
    expect(refused.err).toContain(
      `the network lab asks for 172.31.241.0/24, which mercury of e2e-subnet-kept (e2e-subnet-kept--mercury_lab) has, and it cannot be moved: ${folder}/web.conf names 172.31.241.10`,
    );
    expect([docker("ps", "-aq"), docker("network", "ls", "-q")]).toEqual(before);
    const { instances } = await sandbox.json<Listed>(folder, "list");
    expect(instances).toMatchObject([{ instance: "mercury", state: "running" }]);
  });

  test("on a network that instances share, none answers for another, and each reaches its own hostnames", async () => {
    const network = "e2e-shared";
    docker("network", "create", network);
    const folder = sandbox.project("e2e-external", {
      "compose.yaml": `services:
${httpService("web", [3000], '    ports: ["3000"]\n    networks: { shared: { aliases: [www] } }')}
  client:
    ${busybox}
    networks: [shared]
    command: sleep 1000
networks: { shared: { external: true, name: ${network} } }
`,
    });
    const first = await sandbox.cspace(folder, "up", "a");
    expect(first.err).toContain(`on the network ${network}, which others share, services are <service>.a.e2e-external`);
    await sandbox.json(folder, "up", "b");
    const ask = async (name: string, url: string) =>
      (
        await sandbox.cspace(
          folder,
          "--instance",
          name,
          "compose",
          "exec",
          "-T",
          "client",
          "sh",
          "-c",
          `wget -qO- ${url}`,
        )
      ).out.trim();
    for (const name of ["a", "b", "a", "b"]) {
      for (const url of ["http://web:3000", "http://www:3000", "$CSPACE_SERVICE_WEB_URL"]) {
        expect([url, await ask(name, url)]).toEqual([url, `web-3000-${name}`]);
      }
    }
    // Others on the network, and other instances, reach each by its full name.
    expect(await ask("a", "http://web.b.e2e-external:3000")).toBe("web-3000-b");
    expect(
      docker("run", "--rm", "--network", network, "busybox:1.37", "wget", "-qO-", "http://www.a.e2e-external:3000"),
    ).toBe("web-3000-a");
    await sandbox.json(folder, "down", "--all");
    docker("network", "rm", network);
  });

  test("a service in another one's network: its routes are carried, and it comes back whatever becomes of the other", async () => {
    const files = (seconds: number) => `services:
  vpn:
    ${busybox}
    command: sleep ${seconds}
    ports: ["3000:3000"]
${httpService("app", [3000], '    network_mode: "service:vpn"\n    depends_on: [vpn]')}`;
    const folder = sandbox.project("e2e-vpn", {
      "compose.yaml": files(1000),
      ".cspace.json": '{ "routes": { "app": { "service": "app", "port": 3000 } } }',
    });
    const answers = async (): Promise<void> => {
      const up = await sandbox.json<{ instance: { routes: { label: string; health: string }[] } }>(folder, "up");
      expect(up.instance.routes).toMatchObject([{ label: "app", health: "up" }]);
      const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
      expect((await get(proxy.httpPort, "app.mercury.e2e-vpn.cspace.localhost")).body).toBe("app-3000-mercury");
    };
    await answers();
    writeFileSync(join(folder, "compose.yaml"), files(1001));
    await answers();
    docker("restart", "-t", "0", "e2e-vpn--mercury-vpn-1");
    await answers();
  });

  test("a service on the host's own network is served as a process of the host is", async () => {
    const port = await findFreePort();
    const folder = sandbox.project("e2e-hostnet", {
      "compose.yaml": `services:
${httpService("app", [port], "    network_mode: host")}`,
      ".cspace.json": `{ "routes": { "app": { "service": "app", "port": ${port} } } }`,
    });
    const up = await sandbox.json<{ instance: { routes: object[] } }>(folder, "up");
    expect(up.instance.routes).toMatchObject([{ label: "app", health: "up", localUrl: `http://localhost:${port}` }]);
    const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
    expect((await get(proxy.httpPort, "app.mercury.e2e-hostnet.cspace.localhost")).body).toBe(`app-${port}-mercury`);
    await sandbox.json(folder, "down");
  });

  test("a proxy of the environment does not stand between services", async () => {
    const proxy = "HTTP_PROXY: http://127.0.0.1:9\n      http_proxy: http://127.0.0.1:9";
    const folder = sandbox.project("e2e-proxied", {
      "compose.yaml": `services:
${httpService("api", [3000], '    ports: ["3000"]')}
  web:
    image: node:24
    init: true
    stop_grace_period: 0s
    environment:
      ${proxy}
      NODE_USE_ENV_PROXY: "1"
      NO_PROXY: db
    command: ["sleep", "1000"]
`,
    });
    await sandbox.json(folder, "up");
    const script = "for (const u of process.argv.slice(1)) console.log(await (await fetch(u)).text())";
    const asked = ["compose", "exec", "-T", "web", "sh", "-c"];
    const { out } = await sandbox.cspace(
      folder,
      ...asked,
      `node --input-type=module -e '${script}' $CSPACE_SERVICE_API_URL http://api:3000; echo $NO_PROXY`,
    );
    expect(out.split("\n").filter(Boolean)).toEqual([
      "api-3000-mercury",
      "api-3000-mercury",
      "db,localhost,127.0.0.1,.cspace.local,.cspace.localhost,api,web",
    ]);
    // The same proxy from the configuration of Docker's client.
    const config = join(sandbox.root, "docker");
    mkdirSync(config);
    writeFileSync(join(config, "config.json"), '{ "proxies": { "default": { "httpProxy": "http://127.0.0.1:9" } } }');
    await sandbox.cspaceWith({ DOCKER_CONFIG: config }, folder, "up");
    const { out: own } = await sandbox.cspace(folder, "compose", "exec", "-T", "api", "sh", "-c", "echo $no_proxy");
    expect(own.trim()).toBe("localhost,127.0.0.1,.cspace.local,.cspace.localhost,api,web");
    // What cspace itself asks goes by no proxy.
    const env = { HTTP_PROXY: "http://127.0.0.1:9", http_proxy: "http://127.0.0.1:9", NODE_USE_ENV_PROXY: "1" };
    const listed = await sandbox.cspaceWith(env, folder, "list", "--json");
    expect(JSON.parse(listed.out).instances[0].routes).toMatchObject([{ label: "api", health: "up" }]);
  });
});
