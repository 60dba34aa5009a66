import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort, probeRoute } from "@cspace/ports";
import { onTestFinished } from "vitest";
import { hostname, mark, route, startGateway } from "./harness.ts";

/** What `.ci/provide-engine` fetches, or what is named. */
const binary = process.env.TRAEFIK ?? join(homedir(), ".cache/cspace-engine/traefik-3.7.15/traefik");

/** What stands in front of services. */
export interface Engine {
  readonly name: "gateway" | "Traefik";
  /** Whether it can be started here. */
  readonly there: boolean;
  /** Its name, and what its tests need. */
  readonly title: string;
  /** Starts it with {@link route} to a port of a service, and tells its own port; it ends with the test. */
  readonly start: (upstream: number) => Promise<number>;
}

/** Traefik, where its binary is (TRAEFIK names it), with one route to a port, as the labels of a container make it. */
async function startTraefik(upstream: number): Promise<number> {
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), "traefik-"));
  const rule = `Host(\`${hostname}\`)`;
  const routes = {
    http: {
      routers: {
        dev: { rule, service: "dev", middlewares: ["dev"], entryPoints: ["web"] },
        "dev--plain": {
          rule: `(${rule}) && !HeaderRegexp(\`Accept-Encoding\`, \`.\`)`,
          service: "dev",
          middlewares: ["dev", "dev--plain"],
          entryPoints: ["web"],
        },
      },
      services: { dev: { loadBalancer: { servers: [{ url: `http://127.0.0.1:${upstream}` }] } } },
      middlewares: {
        dev: { headers: { customResponseHeaders: { "X-Cspace-Route": mark } } },
        "dev--plain": { headers: { customRequestHeaders: { "Accept-Encoding": "identity" } } },
      },
    },
  };
  writeFileSync(join(folder, "routes.yml"), JSON.stringify(routes));
  const flags = [
    `--entrypoints.web.address=127.0.0.1:${port}`,
    `--providers.file.filename=${folder}/routes.yml`,
    // As cspace's proxy is started.
    "--entrypoints.web.http.sanitizepath=false",
    "--entrypoints.web.http.encodequerysemicolons=true",
    "--serverstransport.forwardingtimeouts.idleconntimeout=500ms",
  ];
  const child = spawn(binary, [...flags, "--log.level=ERROR", "--global.checknewversion=false"], { stdio: "ignore" });
  onTestFinished(() => {
    child.kill();
    rmSync(folder, { recursive: true });
  });
  const routed = async (): Promise<boolean> =>
    (await probeRoute({ hostname, mark, port, reach: "proxy" })).state === "claimed";
  for (let end = Date.now() + 15_000; !(await routed()); ) {
    if (Date.now() > end) throw new Error("Traefik does not serve its route");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return port;
}

/** Both of them, each with one route to a port of a service. */
export const engines: readonly Engine[] = [
  {
    name: "gateway",
    title: "gateway",
    there: true,
    start: async (upstream: number) => (await startGateway([route(upstream)])).port,
  },
  {
    name: "Traefik",
    title: "Traefik (needs the binary that .ci/provide-engine keeps)",
    there: existsSync(binary),
    start: startTraefik,
  },
];
