import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { writeFileAtomic } from "@cspace/plan";
import { type Connection, parseConnections } from "@cspace/ports";
import type { DockerEngine } from "../engine/docker-engine.ts";
import { runInContainer } from "../engine/run-in-container.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { proxyContainer } from "../proxy-names.ts";
import { readAnsweringPorts } from "./read-answering-ports.ts";

/** What goes through Traefik. */
export interface ProxyTraffic {
  /** By `<label>--<instance>--<project>`: how many requests have ended since Traefik was started, but for cspace's own probes. */
  readonly requests: ReadonlyMap<string, number>;
  /** Those that it has open; one to a container that serves nobody now, it closes after 200 ms. */
  readonly connections: readonly Connection[];
}

/** Reads what goes through Traefik, for as long as it is open. */
export interface TrafficReader {
  /** `undefined` when Traefik does not tell. */
  readonly read: () => Promise<ProxyTraffic | undefined>;
  readonly close: () => Promise<void>;
}

const fileName = "metrics.yml";
const hostname = "metrics.cspace-proxy";
const tokenHeader = "X-Cspace-Token";

/**
 * Lets Traefik tell its counts to whoever knows a secret of this call, on the port where it answers HTTP: to no page and to
 * no container.
 *
 * @see https://doc.traefik.io/traefik/reference/install-configuration/observability/metrics/
 */
export function openProxyTraffic(engine: DockerEngine, paths: HomePaths): TrafficReader {
  const path = join(paths.proxy, "dynamic", fileName);
  const token = randomBytes(16).toString("hex");
  let opened: Promise<void> | undefined;
  const open = async (): Promise<void> => {
    await writeFileAtomic(path, renderMetrics(token), { mode: 0o644 });
    await engine.signalContainer(proxyContainer, "SIGHUP");
  };
  return {
    read: async () => {
      opened ??= open();
      try {
        await opened;
        const { httpPort } = await readAnsweringPorts(engine);
        if (httpPort === null) return undefined;
        const [text, tables] = await Promise.all([
          readMetrics(httpPort, token),
          runInContainer(engine, proxyContainer, ["cat", "/proc/net/tcp", "/proc/net/tcp6"]),
        ]);
        // Another home's proxy, or one without these tools, tells nothing.
        if (text === undefined || !tables.includes("local_address")) return undefined;
        return { requests: parseMetrics(text), connections: parseConnections(tables) };
      } catch {
        opened = undefined;
        return undefined;
      }
    },
    close: async () => {
      if (opened === undefined) return;
      await opened.catch(() => undefined);
      await rm(path, { force: true });
    },
  };
}

/** The dynamic configuration that shows Traefik's counts to who knows the token. Pure. */
export function renderMetrics(token: string): string {
  const rule = `Host(\`${hostname}\`) && Header(\`${tokenHeader}\`, \`${token}\`)`;
  const router = { rule, entryPoints: ["web"], service: "prometheus@internal" };
  return `${JSON.stringify({ http: { routers: { "cspace-metrics": router } } }, null, 2)}\n`;
}

/** The counts of each route's requests, of all of its routers. Pure. */
export function parseMetrics(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, labels = "", count] of text.matchAll(/^traefik_router_requests_total\{(.*)\} (\S+)$/gm)) {
    const { router = "", probe } = Object.fromEntries(
      [...labels.matchAll(/(\w+)="([^"]*)"/g)].map((one) => one.slice(1)),
    );
    const [label, instance, project] = router.replace(/@.*$/, "").split("--");
    if (probe !== "" || label === undefined || instance === undefined || project === undefined) continue;
    const mark = `${label}--${instance}--${project}`;
    counts.set(mark, (counts.get(mark) ?? 0) + Number(count));
  }
  return counts;
}

function readMetrics(port: number, token: string): Promise<string | undefined> {
  const headers = { host: hostname, [tokenHeader]: token };
  return new Promise((resolve) => {
    const asked = request(
      { host: "127.0.0.1", port, path: "/metrics", headers, agent: false, timeout: 2000 },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () => resolve(answer.statusCode === 200 ? text : undefined));
      },
    );
    asked.on("timeout", () => void asked.destroy());
    asked.on("error", () => resolve(undefined));
    asked.end();
  });
}
