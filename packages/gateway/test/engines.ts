import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { createGateway } from "@cspace/gateway";
import { findFreePort, probeRoute } from "@cspace/ports";
import { onTestFinished } from "vitest";
import { hostname, mark, route, startGateway } from "./harness.ts";
import { selfSigned } from "./self-signed.ts";

/** What `.ci/provide-engine` fetches, or what is named. */
const binary = process.env.TRAEFIK ?? join(homedir(), ".cache/cspace-engine/traefik-3.7.15/traefik");

/** What stands in front of services. */
export interface Engine {
  readonly name: "gateway" | "Traefik";
  /** Whether it can be started here. */
  readonly there: boolean;
  /** By which protocol it is asked. */
  readonly scheme: "http" | "https";
  /** Its name, and what its tests need. */
  readonly title: string;
  /** Starts it with {@link route} to a port of a service, and tells its own port; it ends with the test. */
  readonly start: (upstream: number) => Promise<number>;
}

const shown = selfSigned(hostname);

/**
 * A port whose connections are encrypted on their way to a port of HTTPS, for clients that write bytes by hand. The end of
 * either side comes through.
 */
async function encrypt(port: number): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const options = { port, host: "127.0.0.1", servername: hostname, ca: shown.certificate, allowHalfOpen: true };
    const secure = connectTls({ ...options, ALPNProtocols: ["http/1.1"] });
    // The client may have to tell one that was reset from one that was ended.
    client.on("error", () => secure.destroy());
    secure.on("error", () => client.resetAndDestroy());
    onTestFinished(() => void secure.destroy());
    client.pipe(secure).pipe(client);
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A gateway with one route to a port; gives its port of HTTPS. */
async function startSecureGateway(upstream: number): Promise<number> {
  const gateway = createGateway({
    routes: [route(upstream)],
    certificates: [shown],
    limits: { drainTimeoutMs: 50 },
  });
  const { httpsPort } = await gateway.listen({ httpPort: 0, httpsPort: 0 });
  onTestFinished(() => gateway.close());
  return httpsPort ?? 0;
}

/** Traefik, where its binary is (TRAEFIK names it), with one route to a port, as the labels of a container make it. */
async function startTraefik(upstream: number, isSecure = false): Promise<number> {
  const port = await findFreePort();
  const securePort = await findFreePort();
  const entryPoints = ["web", "websecure"];
  const folder = mkdtempSync(join(tmpdir(), "traefik-"));
  const rule = `Host(\`${hostname}\`)`;
  const routes = {
    http: {
      routers: {
        dev: { rule, service: "dev", middlewares: ["dev"], entryPoints },
        "dev--plain": {
          rule: `(${rule}) && !HeaderRegexp(\`Accept-Encoding\`, \`.\`)`,
          service: "dev",
          middlewares: ["dev", "dev--plain"],
          entryPoints,
        },
      },
      services: { dev: { loadBalancer: { servers: [{ url: `http://127.0.0.1:${upstream}` }] } } },
      middlewares: {
        dev: { headers: { customResponseHeaders: { "X-Cspace-Route": mark } } },
        "dev--plain": { headers: { customRequestHeaders: { "Accept-Encoding": "identity" } } },
      },
    },
  };
  writeFileSync(join(folder, "shown.pem"), shown.certificate);
  writeFileSync(join(folder, "key.pem"), shown.key);
  const tls = { certificates: [{ certFile: join(folder, "shown.pem"), keyFile: join(folder, "key.pem") }] };
  writeFileSync(join(folder, "routes.yml"), JSON.stringify({ ...routes, tls }));
  const flags = [
    `--entrypoints.web.address=127.0.0.1:${port}`,
    `--entrypoints.websecure.address=127.0.0.1:${securePort}`,
    "--entrypoints.websecure.http.tls=true",
    `--providers.file.filename=${folder}/routes.yml`,
    // As cspace's proxy is started.
    ...entryPoints.flatMap((name) => [
      `--entrypoints.${name}.http.sanitizepath=false`,
      `--entrypoints.${name}.http.encodequerysemicolons=true`,
    ]),
    "--serverstransport.forwardingtimeouts.idleconntimeout=200ms",
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
  return isSecure ? securePort : port;
}

/** Both of them, each with one route to a port of a service. */
export const engines: readonly Engine[] = [
  {
    name: "gateway",
    scheme: "http",
    title: "gateway",
    there: true,
    start: async (upstream: number) => (await startGateway([route(upstream)])).port,
  },
  {
    name: "Traefik",
    scheme: "http",
    title: "Traefik (needs the binary that .ci/provide-engine keeps)",
    there: existsSync(binary),
    start: (upstream: number) => startTraefik(upstream),
  },
];

/** The same over HTTPS; tests write to the port as if it were not encrypted. */
export const secureEngines: readonly Engine[] = engines.map((engine) => ({
  ...engine,
  scheme: "https",
  title: `${engine.title}, over HTTPS`,
  start: async (upstream: number) =>
    await encrypt(await (engine.name === "gateway" ? startSecureGateway(upstream) : startTraefik(upstream, true))),
}));
