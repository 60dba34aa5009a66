import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, get, httpService, removeLeftovers, until } from "./harness.ts";

const composeFile = `services:
${httpService("web", [3000], "    hostname: api\n    domainname: shop.test\n    container_name: e2e-fixed-web\n    ports: ['18080:3000', '127.0.0.1:18081:5432']\n    networks: [default, inner]")}
${httpService("hidden", [3000], "    hostname: secret\n    expose: [3000]\n    networks: [inner]")}
${httpService("db", [8000], "    hostname: database\n    container_name: e2e-fixed-db\n    networks: { inner: { aliases: [storage] } }")}
networks:
  default: { name: e2e-fixed-outer }
  inner: { name: e2e-fixed-inner, internal: true }
`;

describe.skipIf(!engineAnswers)(
  "two instances of a project that fixes its names and ports (needs a Docker engine)",
  () => {
    const sandbox = createSandbox();
    const instances = ["mercury", "venus"] as const;
    let httpPort: number;

    beforeAll(async () => {
      removeLeftovers();
      const folder = sandbox.project("e2e-fixed", { "compose.yaml": composeFile });
      await Promise.all(instances.map((instance) => sandbox.json(folder, "up", instance)));
      ({ httpPort } = (await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status")).proxy);
    });
    afterAll(sandbox.clean);

    const container = (service: string, instance: string): string =>
      docker(
        ...["ps", "-q", "--filter", `label=com.docker.compose.project=e2e-fixed--${instance}`],
        ...["--filter", `label=com.docker.compose.service=${service}`],
      );

    /** What a container prints; nothing when its command fails. */
    const inside = (service: string, instance: string, command: string): string => {
      try {
        return docker("exec", container(service, instance), "sh", "-c", command);
      } catch {
        return "";
      }
    };
    const fetch = (url: string): string => `timeout 5 wget -qO- ${url}`;

    test("every route of both answers with its own", async () => {
      for (const instance of instances) {
        for (const service of ["web", "hidden"]) {
          const { body } = await get(httpPort, `${service}.${instance}.e2e-fixed.cspace.local`);
          expect(body).toBe(`${service}-3000-${instance}`);
        }
      }
    });

    test("`hostname`, `container_name`, aliases and service names go on working inside each, and lead to its own", () => {
      for (const instance of instances) {
        const web = ["web", "api", "api.shop.test", "e2e-fixed-web"].map((host) =>
          inside("hidden", instance, fetch(`${host}:3000`)),
        );
        expect(web).toEqual(web.map(() => `web-3000-${instance}`));
        const db = ["db", "database", "e2e-fixed-db", "storage"].map((host) =>
          inside("web", instance, fetch(`${host}:8000`)),
        );
        expect(db).toEqual(db.map(() => `db-8000-${instance}`));
      }
    });

    test("no name of a stopped service leads to the other instance", () => {
      const web = container("web", "venus");
      docker("stop", "-t", "0", web);
      try {
        const asks = ["web", "api", "e2e-fixed-web"].map((host) => `(timeout 2 wget -qO- ${host}:3000 &)`);
        expect(inside("hidden", "venus", `${asks.join(" ")}; sleep 2`)).toBe("");
      } finally {
        docker("start", web);
      }
    });

    test("fixed host ports become ports of loopback that Docker chose", () => {
      for (const instance of instances) {
        const ports = docker("port", container("web", instance)).split("\n");
        expect(ports).toHaveLength(2);
        for (const line of ports) expect(line).toMatch(/^(3000|5432)\/tcp -> 127\.0\.0\.1:\d+$/);
        expect(ports.join()).not.toMatch(/:1808[01]\b/);
      }
    });

    test("a service on an internal network gets no way out through cspace", async () => {
      const serve = ["sh", "-c", "mkdir /www; echo outside > /www/index.html; httpd -f -p 80 -h /www"];
      docker("run", "-d", "--init", "--name", "e2e-outside", "-p", "80", "busybox:1.37", ...serve);
      const [, port] = /:(\d+)$/m.exec(docker("port", "e2e-outside", "80/tcp")) as unknown as [string, string];
      const gateway = docker("inspect", "e2e-outside", "--format", "{{.NetworkSettings.Networks.bridge.Gateway}}");
      const away = `timeout 1 wget -qO- http://${gateway}:${port}`;
      for (const instance of instances) {
        const joined = docker(
          "inspect",
          container("hidden", instance),
          "--format",
          "{{json .NetworkSettings.Networks}}",
        );
        const names = Object.keys(JSON.parse(joined));
        expect(names).toContain("cspace-e2e-fixed");
        expect(docker("network", "inspect", "--format", "{{.Internal}}", ...names).split("\n")).toEqual(
          names.map(() => "true"),
        );
        // The address itself is no obstacle: it answers those that have a way out.
        await until(3000, async () => inside("web", instance, away) === "outside");
        expect(inside("hidden", instance, away)).toBe("");
      }
    });

    test("the proxy reaches an internal service, and the service reaches its neighbours by their URLs", () => {
      const port = httpPort === 80 ? "" : `:${httpPort}`;
      for (const instance of instances) {
        const url = `http://web.${instance}.e2e-fixed.cspace.local${port}`;
        expect(inside("hidden", instance, fetch(url))).toBe(`web-3000-${instance}`);
        expect(inside("db", instance, fetch('"$CSPACE_SERVICE_HIDDEN_URL"'))).toBe(`hidden-3000-${instance}`);
      }
    });
  },
);
