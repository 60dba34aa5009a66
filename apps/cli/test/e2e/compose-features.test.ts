import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, get, httpService, removeLeftovers } from "./harness.ts";

interface Port {
  readonly service: string;
  readonly port: number;
  readonly protocol: string;
  readonly localAddress: string | null;
}

interface Started {
  readonly instance: { readonly routes: readonly { readonly label: string }[]; readonly ports: readonly Port[] };
  readonly steps: readonly { readonly name: string; readonly status: string }[];
}

const busybox = "image: busybox:1.37\n    init: true\n    stop_grace_period: 0s";

describe.skipIf(!engineAnswers)("what a compose file may hold (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  const done = ({ steps }: Started): string[] =>
    steps.filter(({ status }) => status === "done").map(({ name }) => name);
  const services = (project: string): string[] =>
    docker(
      "ps",
      "--filter",
      `label=com.docker.compose.project=${project}--mercury`,
      "--format",
      '{{.Label "com.docker.compose.service"}}',
    )
      .split("\n")
      .filter(Boolean)
      .sort();

  test("host networking, services without ports, UDP, replicas, unused networks and databases: routes where there can be one", async () => {
    const folder = sandbox.project("e2e-mixed", {
      "compose.yaml": `services:
${httpService("app", [3000], "    expose: [3000]\n    deploy: { replicas: 3 }")}
  onhost:
    ${busybox}
    network_mode: host
    command: sleep 1000
  alone:
    ${busybox}
    network_mode: none
    command: sleep 1000
  worker:
    ${busybox}
    command: sleep 1000
  off:
    ${busybox}
    command: sleep 1000
    deploy: { replicas: 0 }
  dns:
    ${busybox}
    command: sleep 1000
    ports: ["5353:5353/udp"]
  db:
    ${busybox}
    command: sleep 1000
    ports: ["5432:5432"]
networks:
  unused: {}
`,
    });
    const { instance } = await sandbox.json<Started>(folder, "up");
    expect(instance.routes).toMatchObject([{ label: "app", health: "up" }]);
    const address = expect.stringMatching(/^localhost:\d+$/);
    expect(instance.ports).toHaveLength(2);
    expect(instance.ports).toContainEqual({
      label: null,
      service: "db",
      port: 5432,
      protocol: "tcp",
      localAddress: address,
    });
    expect(instance.ports).toContainEqual({
      label: null,
      service: "dns",
      port: 5353,
      protocol: "udp",
      localAddress: address,
    });
    expect(services("e2e-mixed")).toEqual(["alone", "app", "app", "app", "db", "dns", "onhost", "worker"]);
    const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
    const hostname = "app.mercury.e2e-mixed.cspace.local";
    expect((await get(proxy.httpPort, hostname)).body).toBe("app-3000-mercury");
    expect(done(await sandbox.json<Started>(folder, "up"))).toEqual(["verify"]);

    docker("rm", "-f", "e2e-mixed--mercury-app-2");
    await sandbox.json(folder, "up");
    expect(services("e2e-mixed").filter((name) => name === "app")).toHaveLength(3);
    const joined = docker(
      "network",
      "inspect",
      "cspace-e2e-mixed",
      "--format",
      "{{range .Containers}}{{.Name}} {{end}}",
    );
    expect(joined.match(/mercury-app-\d/g)).toHaveLength(3);
  });

  test("profiles are those of COMPOSE_PROFILES, from the environment or `.env`; what they started is left alone later", async () => {
    const folder = sandbox.project("e2e-profiles", {
      "compose.yaml": `services:
${httpService("app", [3000], "    expose: [3000]")}
${httpService("tools", [4000], "    expose: [4000]\n    profiles: [tools]")}
`,
    });
    const first = await sandbox.json<Started>(folder, "up");
    expect(first.instance.routes.map(({ label }) => label)).toEqual(["app"]);
    const withTools = await sandbox.cspaceWith({ COMPOSE_PROFILES: "tools" }, folder, "up", "--json");
    expect((JSON.parse(withTools.out) as Started).instance.routes.map(({ label }) => label)).toEqual(["app", "tools"]);
    await sandbox.json<Started>(folder, "up");
    expect(services("e2e-profiles")).toEqual(["app", "tools"]);
    expect(done(await sandbox.json<Started>(folder, "up"))).toEqual(["verify"]);
    writeFileSync(join(folder, ".env"), "COMPOSE_PROFILES=tools\n");
    await sandbox.json<Started>(folder, "up");
    expect(done(await sandbox.json<Started>(folder, "up"))).toEqual(["verify"]);
    await sandbox.json(folder, "down");
    expect(services("e2e-profiles")).toEqual([]);
  });

  test("files may interpolate the instance, the project, the domain and their own `.env`; a service that left the file goes", async () => {
    const interpolated = (more = ""): string => `services:
${httpService(
  "app",
  [3000],
  `    expose: [3000]
    environment:
      WORD: "\${CSPACE_INSTANCE} of \${CSPACE_PROJECT} under \${CSPACE_DOMAIN}, \${COLOUR:-none}, $$\{HOME}"`,
)}${more}`;
    const folder = sandbox.project("e2e-words", {
      "compose.yaml": interpolated(`  old:\n    ${busybox}\n    command: sleep 1000\n`),
      ".env": "COLOUR=blue\nCSPACE_INSTANCE=wrong\nCOMPOSE_PROJECT_NAME=wrong\n",
    });
    await sandbox.json(folder, "up", "mercury");
    const word = docker("exec", "e2e-words--mercury-app-1", "sh", "-c", 'echo "$WORD"');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what is left of "$$" in a compose file
    expect(word).toBe("mercury of e2e-words under cspace.local, blue, ${HOME}");
    const text = interpolated();
    writeFileSync(join(folder, "compose.yaml"), text);
    await sandbox.json(folder, "up");
    expect(services("e2e-words")).toEqual(["app"]);
  });

  test("with nothing to do Compose is not asked; a change of any file or variable that it reads is seen", async () => {
    const folder = sandbox.project("e2e-kept", {
      "compose.yaml": "include: [web.yaml]\n",
      "web.yaml": `services:\n  web:\n    extends: { file: base.yaml, service: base }\n    environment: { WORD: "$WORD, $OTHER" }\n    env_file: [web.env]\n`,
      "base.yaml": `services:\n${httpService("base", [3000], "    expose: [3000]\n")}`,
      "web.env": "MORE=1\n",
    });
    const log = join(sandbox.root, "compose.log");
    const plugins = join(sandbox.root, "docker/cli-plugins");
    mkdirSync(plugins, { recursive: true });
    const real = docker(
      "info",
      "--format",
      '{{range .ClientInfo.Plugins}}{{if eq .Name "compose"}}{{.Path}}{{end}}{{end}}',
    );
    writeFileSync(join(plugins, "docker-compose"), `#!/bin/sh\necho "$@" >>${log}\nexec ${real} "$@"\n`, {
      mode: 0o755,
    });
    const up = async (env: Record<string, string> = {}): Promise<{ steps: string[]; asked: string }> => {
      writeFileSync(log, "");
      const all = { DOCKER_CONFIG: join(sandbox.root, "docker"), OTHER: "1", ...env };
      const run = await sandbox.cspaceWith(all, folder, "up", "mercury", "--json");
      expect(run.code, run.err).toBe(0);
      return { steps: done(JSON.parse(run.out)), asked: readFileSync(log, "utf8") };
    };
    const word = (): string => docker("exec", "e2e-kept--mercury-web-1", "sh", "-c", 'echo "$WORD; $MORE; $BASE"');
    const nothing = { steps: ["verify"], asked: "" };
    const anew = {
      steps: ["create", "attach", "start", "verify"],
      asked: expect.stringContaining("config --format json"),
    };

    await up();
    expect(await up()).toEqual(nothing);
    writeFileSync(join(folder, ".env"), "WORD=hello\n");
    expect(await up()).toEqual(anew);
    expect(await up()).toEqual(nothing);
    writeFileSync(join(folder, "web.env"), "MORE=2\n");
    expect(await up()).toEqual(anew);
    writeFileSync(
      join(folder, "base.yaml"),
      `services:\n${httpService("base", [3000], "    expose: [3000]\n    environment: { BASE: b }\n")}`,
    );
    expect(await up()).toEqual(anew);
    expect(word()).toBe("hello, 1; 2; b");
    expect(await up({ OTHER: "2" })).toEqual(anew);
    expect(word()).toBe("hello, 2; 2; b");
    expect(await up({ OTHER: "2", UNRELATED: "x" })).toEqual(nothing);
    const kept = join(sandbox.home, "instances/e2e-kept/mercury/model.json");
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    await sandbox.json(folder, "down", "mercury");
    expect(existsSync(kept)).toBe(false);
  });

  test("a compose file that Compose refuses is Compose's own words", async () => {
    const folder = sandbox.project("e2e-refused", { "compose.yaml": "services: { app: { imge: busybox:1.37 } }" });
    const refused = await sandbox.cspace(folder, "up");
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/imge.*\(CSPACE_COMPOSE_FAILED\)/s)]);
  });
});
