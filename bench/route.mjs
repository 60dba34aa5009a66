// How long after the start of a container its hostname answers 200 through the proxy. Needs an engine.
//   npm run build && node bench/route.mjs [runs]
import { spawnSync } from "node:child_process";
import { request } from "node:http";
import { createSandbox, median, percentile, time } from "./sandbox.mjs";

const runs = Number(process.argv[2] ?? 40);
const sandbox = createSandbox("bench-route");
try {
  time(sandbox.cspace("up", "mercury", "--quiet"));
  const container = "bench-route--mercury-web-1";
  const direct = [];
  const routed = [];
  for (let run = 0; run < runs; run += 1) {
    spawnSync("docker", ["stop", "-t", "0", container]);
    await until(async () => (await status(80, "web.mercury.bench-route.cspace.local")) !== 200);
    spawnSync("docker", ["start", container]);
    const begin = performance.now();
    const port = Number(
      spawnSync("docker", ["port", container, "3000"], { encoding: "utf8" }).stdout.split(":").at(-1),
    );
    const [own, through] = await Promise.all([
      until(async () => (await status(port, "localhost")) === 200).then(() => performance.now() - begin),
      until(async () => (await status(80, "web.mercury.bench-route.cspace.local")) === 200).then(
        () => performance.now() - begin,
      ),
    ]);
    direct.push(own);
    routed.push(through);
  }
  const p95 = (values) => percentile(values, 0.95);
  console.log(
    `first 200 through the hostname: median ${median(routed).toFixed(0)} ms, p95 ${p95(routed).toFixed(0)} ms (bar: 300 ms)`,
  );
  console.log(
    `first 200 on its own port:      median ${median(direct).toFixed(0)} ms, p95 ${p95(direct).toFixed(0)} ms`,
  );
} finally {
  sandbox.clean();
}

async function until(check) {
  while (!(await check())) await new Promise((done) => setTimeout(done, 5));
}

function status(port, host) {
  return new Promise((done) => {
    const sent = request({ host: "127.0.0.1", port, headers: { host }, timeout: 1000, agent: false }, (response) => {
      response.resume();
      done(response.statusCode);
    });
    sent.once("timeout", () => sent.destroy());
    sent.once("error", () => done(0));
    sent.end();
  });
}
