// HTTPS through the gateway and through Traefik with the same certificate, in turn on one machine: requests per second on
// kept connections, handshakes per second, and what two hundred certificates cost. Needs h2load (Debian: nghttp2-client).
//   npm run build && node bench/https.mjs [rounds] [seconds]
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createAuthority, issueCertificate } from "../packages/certs/dist/index.js";
import { median } from "./sandbox.mjs";

const [rounds = "3", seconds = "3"] = process.argv.slice(2);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const traefik = process.env.TRAEFIK ?? join(homedir(), ".cache/cspace-engine/traefik-3.7.15/traefik");
const hostname = "dev.mercury.p.cspace.localhost";
const firstPort = 21_800;
const children = [];
const scratch = mkdtempSync(join(tmpdir(), "bench-https-"));
try {
  const authority = await createAuthority({ domains: ["cspace.localhost"] });
  const issue = async (folder, name) => {
    mkdirSync(folder, { recursive: true });
    const { certificate, key } = await issueCertificate(authority, { hostnames: [name] });
    writeFileSync(join(folder, `${name}.pem`), `${certificate}${key}`);
  };
  const one = join(scratch, "one");
  await issue(one, "*.mercury.p.cspace.localhost");
  const many = join(scratch, "many");
  await issue(many, "*.mercury.p.cspace.localhost");
  for (let at = 1; at < 200; at += 1) await issue(many, `*.i${at}.p.cspace.localhost`);
  await start("upstream", firstPort, firstPort, "");
  await start("secure", firstPort + 1, firstPort, one);
  const flat = await start("secure", firstPort + 2, firstPort, many);
  const single = await start("secure", firstPort + 3, firstPort, one);
  const sides = [{ name: "gateway", port: firstPort + 1 }];
  if (existsSync(traefik)) sides.push({ name: "Traefik", port: await startTraefik(firstPort + 4, one) });
  else console.log("Traefik is not here; TRAEFIK names its binary");
  for (const [what, flags] of [
    ["HTTP/1.1, 50 kept connections", ["--h1", "-c50"]],
    ["HTTP/2, 50 kept connections", ["-c50", "-m1"]],
    ["HTTP/2, 6 kept connections, 20 streams each", ["-c6", "-m20"]],
  ]) {
    await compare(what, sides, 1.0, async ({ port }) => load(port, flags));
  }
  await compare("handshakes, 20 at once", sides, undefined, ({ port }) => shakeHands(port));
  const cost = { one: [], many: [] };
  for (let round = 0; round < Number(rounds); round += 1) {
    cost.one.push(await shakeHands(firstPort + 3));
    cost.many.push(await shakeHands(firstPort + 2));
  }
  const ratio = median(cost.many.map((rate, round) => rate / cost.one[round]));
  const [few, all] = [await memory(single), await memory(flat)];
  console.log(`\n200 certificates beside one: ${ratio.toFixed(2)} x the handshakes, ${all} MB beside ${few} MB`);
} finally {
  for (const { pid, exitCode } of children) if (exitCode === null) process.kill(-pid);
  rmSync(scratch, { recursive: true });
}

async function compare(what, sides, bar, measure) {
  const results = new Map(sides.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const side of round % 2 === 0 ? sides : [...sides].reverse()) results.get(side.name).push(await measure(side));
  }
  console.log(`\n${what}: median of ${rounds}`);
  for (const [name, rates] of results) {
    const ratio = median(rates.map((rate, round) => results.get("gateway")[round] / rate));
    const verdict = bar === undefined || name === "gateway" ? "" : `   bar ${bar}: ${ratio >= bar ? "held" : "MISSED"}`;
    console.log(
      `  ${name.padEnd(8)} ${median(rates).toFixed(0).padStart(7)} per s   gateway is ${ratio.toFixed(2)} x${verdict}`,
    );
  }
}

async function load(port, flags) {
  const url = `https://${hostname}:${port}/1024`;
  const args = [...flags, "-D", seconds, "--warm-up-time=1s", `--connect-to=127.0.0.1:${port}`, url];
  const { stdout } = await promisify(execFile)("h2load", args);
  const failed = /(\d+) failed, (\d+) errored/.exec(stdout);
  if (Number(failed?.[1]) + Number(failed?.[2]) > 0) console.log(`  ${failed[0]}`);
  return Number(/, ([\d.]+) req\/s/.exec(stdout)?.[1]);
}

/** Connections per second that are encrypted from the beginning, none of them resumed. */
async function shakeHands(port) {
  let count = 0;
  const end = performance.now() + Number(seconds) * 1000;
  const client = async () => {
    while (performance.now() < end) {
      await new Promise((resolve, reject) => {
        const options = { port, host: "127.0.0.1", servername: hostname, rejectUnauthorized: false };
        const socket = connect(options, () => socket.destroy()).on("close", resolve);
        socket.on("error", reject);
      });
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: 20 }, client));
  return count / Number(seconds);
}

function memory(child) {
  return new Promise((resolve) => {
    child.once("message", ({ rss }) => resolve(Math.round(rss / 2 ** 20)));
    child.send("look");
  });
}

function start(role, port, upstream, folder) {
  const args = ["--expose-gc", here("gateway-side.mjs"), role, String(port), String(upstream), folder];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit", "ipc"], detached: true });
  children.push(child);
  return new Promise((resolve) => child.stdout.once("data", () => resolve(child)));
}

async function startTraefik(port, folder) {
  const file = `${folder}/*.mercury.p.cspace.localhost.pem`;
  const routes = {
    http: {
      routers: { dev: { rule: `Host(\`${hostname}\`)`, service: "dev", entryPoints: ["websecure"], tls: {} } },
      services: { dev: { loadBalancer: { servers: [{ url: `http://127.0.0.1:${firstPort}` }] } } },
    },
    tls: { certificates: [{ certFile: file, keyFile: file }] },
  };
  const config = join(scratch, "routes.yml");
  writeFileSync(config, JSON.stringify(routes));
  const flags = [`--entrypoints.websecure.address=127.0.0.1:${port}`, `--providers.file.filename=${config}`];
  const more = ["--log.level=ERROR", "--global.checknewversion=false"];
  children.push(spawn(traefik, [...flags, ...more], { stdio: "ignore", detached: true }));
  for (;;) {
    const isUp = await new Promise((resolve) => {
      const socket = connectTcp(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      setTimeout(() => socket.destroy(), 50);
    });
    if (isUp) return port;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
