import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, httpService, removeLeftovers, until } from "./harness.ts";

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
});
