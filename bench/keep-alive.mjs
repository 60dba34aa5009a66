// How many of 1,000 POSTs are lost to a service that closes idle connections just then: through the gateway, and through
// Traefik with its own default and with what cspace sets. Needs the binary that .ci/provide-engine keeps (TRAEFIK names another).
//   npm run build && node bench/keep-alive.mjs [idle milliseconds of the service]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createGateway } from "../packages/gateway/dist/index.js";
import { findFreePort } from "../packages/ports/dist/index.js";

const idleMs = Number(process.argv[2] ?? 1000);
const traefik = process.env.TRAEFIK ?? join(homedir(), ".cache/cspace-engine/traefik-3.7.15/traefik");
const host = "dev.mercury.bench.cspace.localhost";

const service = createServer({ keepAliveTimeout: idleMs, keepAliveTimeoutBuffer: 0 }, (incoming, response) => {
  incoming.resume().on("end", () => response.end("ok"));
}).listen(0, "127.0.0.1");
await once(service, "listening");
const upstream = service.address().port;

const folder = mkdtempSync(join(tmpdir(), "bench-"));
writeFileSync(
  join(folder, "routes.yml"),
  JSON.stringify({
    http: {
      routers: { dev: { rule: `Host(\`${host}\`)`, service: "dev" } },
      services: { dev: { loadBalancer: { servers: [{ url: `http://127.0.0.1:${upstream}` }] } } },
    },
  }),
);

const gateway = createGateway({
  routes: [{ label: "dev", instance: "mercury", project: "bench", upstream }],
});
const { httpPort } = await gateway.listen({ httpPort: 0, dnsPort: null });
console.log(`gateway:                        ${await lost(httpPort)} of 1000 lost`);
await gateway.close();
for (const [name, flags] of [
  ["Traefik, its own default (90 s)", []],
  ["Traefik, as cspace starts it", ["--serverstransport.forwardingtimeouts.idleconntimeout=500ms"]],
]) {
  const port = await findFreePort();
  const child = spawn(
    traefik,
    [`--entrypoints.web.address=127.0.0.1:${port}`, `--providers.file.filename=${folder}/routes.yml`, ...flags],
    { stdio: "ignore" },
  );
  await sleep(2000);
  console.log(`${name}: ${await lost(port)} of 1000 lost`);
  child.kill();
}
service.close();
rmSync(folder, { recursive: true });

/** 100 clients, ten POSTs each, about as far apart as the service waits. */
async function lost(port) {
  let count = 0;
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  await Promise.all(
    Array.from({ length: 100 }, async (_, client) => {
      for (let round = 0; round < 10; round += 1) {
        if ((await post(port, agent)) !== 200) count += 1;
        await sleep(idleMs - 10 + (client % 20));
      }
    }),
  );
  agent.destroy();
  return count;
}

function post(port, agent) {
  return new Promise((done) => {
    const sent = request({ host: "127.0.0.1", port, agent, method: "POST", headers: { host } }, (response) => {
      response.resume().on("end", () => done(response.statusCode));
    });
    sent.on("error", (error) => done(error.code));
    sent.end("x".repeat(20));
  });
}
