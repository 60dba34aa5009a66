// Requests per second and the slowest of a hundred, through this gateway and through others, in turn on one machine.
//   npm run build && node bench/gateway.mjs [rounds] [seconds] [connections,...] [bytes,...]
//   npm run build && node bench/gateway.mjs leak [requests] [dropped clients]
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./sandbox.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const libraries = fileURLToPath(new URL("../node_modules/.cache/bench-gateway", import.meta.url));
const traefik = process.env.TRAEFIK ?? join(homedir(), ".cache/cspace-engine/traefik-3.7.15/traefik");
const firstPort = 21_700;
const bars = { "eight lines": 1.3, Traefik: 1.15, "portless newest": 4, "portless 0.13.0": 1.5 };
const children = [];
const scratch = mkdtempSync(join(tmpdir(), "bench-gateway-"));
try {
  if (process.argv[2] === "leak")
    await findLeaks(Number(process.argv[3] ?? 1_000_000), Number(process.argv[4] ?? 100_000));
  else await compare();
} finally {
  // A group each, since npx leaves its child behind.
  for (const { pid, exitCode } of children) if (exitCode === null) process.kill(-pid);
  rmSync(scratch, { recursive: true });
}

async function compare() {
  const [rounds = "3", seconds = "2", connections = "1,50,500", sizes = "1024,1048576"] = process.argv.slice(2);
  const sides = await startSides();
  for (const size of sizes.split(",")) {
    for (const count of connections.split(",")) {
      const results = new Map(sides.map(({ name }) => [name, []]));
      for (let round = 0; round < Number(rounds); round += 1) {
        // Each round in another order, so that nobody always follows the same one.
        const turn = round % sides.length;
        for (const { name, port } of [...sides.slice(turn), ...sides.slice(0, turn)]) {
          results.get(name).push(await load(port, count, seconds, `/${size}`));
        }
      }
      console.log(`\n${count} connections, ${size} bytes: median of ${rounds}`);
      const ours = results.get("gateway");
      for (const [name, measured] of results) {
        const ratio = median(measured.map(({ rate }, round) => ours[round].rate / rate));
        const rate = median(measured.map((one) => one.rate));
        const p99 = median(measured.map((one) => one.p99));
        const bar = count === "50" && size === "1024" ? bars[name] : undefined;
        const verdict = bar === undefined ? "" : `   bar ${bar}: ${ratio >= bar ? "held" : "MISSED"}`;
        const failed = measured.reduce((sum, one) => sum + one.failed, 0);
        const lost = failed > 0 ? `   failed ${failed}` : "";
        console.log(
          `  ${name.padEnd(16)} ${rate.toFixed(0).padStart(7)} req/s   p99 ${p99.toFixed(1).padStart(7)} ms   gateway is ${ratio.toFixed(2)} x${verdict}${lost}`,
        );
      }
    }
  }
}

/** Starts whatever can be started here; what cannot is named. */
async function startSides() {
  const upstream = firstPort;
  const node24 = ["npx", "--yes", "node@24"];
  const wanted = [
    { name: "upstream alone", role: "upstream", library: "" },
    { name: "eight lines", role: "eight", library: "" },
    { name: "gateway", role: "gateway", library: "" },
    { name: "httpxy", role: "httpxy", library: "httpxy" },
    { name: "portless newest", role: "portless", library: "portless-newest", node: node24 },
    { name: "portless 0.13.0", role: "portless", library: "portless-old", node: node24 },
  ];
  fetchLibraries();
  const sides = [];
  for (const [index, { name, role, library, node = [process.execPath] }] of wanted.entries()) {
    const port = firstPort + index;
    const folder = library === "" ? "" : join(libraries, "node_modules", library);
    const child = await start([...node, here("gateway-side.mjs"), role, String(port), String(upstream), folder]);
    if (child === undefined) console.log(`${name} cannot be started here`);
    else sides.push({ name, port });
  }
  if (existsSync(traefik))
    sides.push({ name: "Traefik", port: await startTraefik(firstPort + wanted.length, upstream) });
  else console.log("Traefik is not here; TRAEFIK names its binary");
  return sides;
}

function fetchLibraries() {
  if (existsSync(join(libraries, "node_modules/portless-old"))) return;
  mkdirSync(libraries, { recursive: true });
  writeFileSync(join(libraries, "package.json"), "{}");
  const names = ["httpxy", "portless-newest@npm:portless@latest", "portless-old@npm:portless@0.13.0"];
  execFileSync("npm", ["install", "--no-audit", "--no-fund", ...names], { cwd: libraries, stdio: "ignore" });
}

async function startTraefik(port, upstream) {
  const routes = {
    http: {
      routers: { dev: { rule: "Host(`dev.mercury.p.cspace.localhost`)", service: "dev", entryPoints: ["web"] } },
      services: { dev: { loadBalancer: { servers: [{ url: `http://127.0.0.1:${upstream}` }] } } },
    },
  };
  const file = join(scratch, "routes.yml");
  writeFileSync(file, JSON.stringify(routes));
  const flags = [`--entrypoints.web.address=127.0.0.1:${port}`, `--providers.file.filename=${file}`];
  children.push(
    spawn(traefik, [...flags, "--log.level=ERROR", "--global.checknewversion=false"], {
      stdio: "ignore",
      detached: true,
    }),
  );
  await answering(port);
  return port;
}

/** Starts a side and waits for its word; `undefined` when it ends instead. */
function start([program, ...args], flags = []) {
  const stdio = ["ignore", "pipe", "ignore", "ipc"];
  const child = spawn(program, [...flags, ...args], { stdio, detached: true });
  children.push(child);
  return new Promise((resolve) => {
    child.stdout.once("data", () => resolve(child));
    child.once("close", () => resolve(undefined));
  });
}

async function answering(port) {
  for (;;) {
    const up = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("close", () => socket.destroy());
      setTimeout(() => socket.destroy(), 50);
    });
    if (up) return;
    await wait(50);
  }
}

function load(...args) {
  const child = spawn(process.execPath, [here("gateway-load.mjs"), ...args.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  return new Promise((resolve) => child.once("close", () => resolve(JSON.parse(text))));
}

async function findLeaks(requests, drops) {
  const [upstream, port] = [firstPort, firstPort + 1];
  await start([process.execPath, here("gateway-side.mjs"), "upstream", String(upstream), "0"]);
  const side = [here("gateway-side.mjs"), "gateway", String(port), String(upstream)];
  const child = await start([process.execPath, ...side], ["--expose-gc"]);
  const look = () =>
    new Promise((resolve) => {
      child.once("message", resolve);
      child.send("look");
    });
  const report = async (what) => {
    const found = await look();
    const { rss, heap, clients, sockets } = found;
    const size = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
    console.log(`${what.padEnd(34)} memory ${size(rss)}, heap ${size(heap)}, clients ${clients}, sockets ${sockets}`);
    return found;
  };
  let lost = 0;
  let warm;
  await report("at the start");
  for (let part = 1; part <= 5; part += 1) {
    const { failed } = await load(port, 50, 0, "/1024", Math.ceil(requests / 5));
    lost += failed;
    const found = await report(`after ${Math.ceil((requests / 5) * part)} requests (${failed} failed)`);
    // The first part fills what is kept from then on.
    warm ??= found;
  }
  for (let part = 1; part <= 5; part += 1) {
    for (let left = Math.ceil(drops / 5); left > 0; left -= 100) {
      await Promise.all(Array.from({ length: Math.min(100, left) }, (_, at) => dropClient(port, at)));
    }
    await report(`after ${Math.ceil((drops / 5) * part)} dropped clients`);
  }
  await wait(6_000);
  const end = await report("six seconds later");
  const isFlat = end.heap < warm.heap * 1.2 + 2 ** 20;
  const isMet = lost === 0 && end.clients === 0 && end.sockets === 0 && isFlat;
  console.log(isMet ? "met: no request lost, no socket left, memory flat" : "MISSED");
  if (!isMet) process.exitCode = 1;
}

/** A client that leaves: before it has asked, in the middle of asking, of sending, or of a megabyte that it gets. */
function dropClient(port, kind) {
  const head = "GET /1048576 HTTP/1.1\r\nHost: dev.mercury.p.cspace.localhost\r\n";
  const upload = `${head.replace("GET", "POST")}Content-Length: 1048576\r\n\r\n${"x".repeat(65_536)}`;
  const sent = ["", head, `${head}\r\n`, `${head}\r\n`, upload][kind % 5];
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      if (sent !== "") socket.write(sent);
      const leave = () => (kind % 3 === 0 ? socket.resetAndDestroy() : socket.destroy());
      if (kind % 5 === 3) socket.once("data", leave);
      else setTimeout(leave, kind % 7);
    });
    socket.on("error", () => {});
    socket.on("close", resolve);
  });
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
