// How long the first answer of an instance that sleeps takes, beside what its container takes by itself, from its start to
// its first answer on its published port. Needs an engine. The bar: a p95 of at most 300 ms more.
//   npm run build && node bench/wake.mjs [runs] [stop|pause]
import { spawnSync } from "node:child_process";
import { request } from "node:http";
import { setTimeout } from "node:timers/promises";
import { createSandbox, percentile, time } from "./sandbox.mjs";

const runs = Number(process.argv[2] ?? 20);
const form = process.argv[3] ?? "stop";
const server = 'require("node:http").createServer((_, response) => response.end("ok")).listen(3000)';
const web = { image: "node:24", init: true, stop_grace_period: "1s", command: ["node", "-e", server], ports: ["3000"] };
const sandbox = createSandbox("bench-wake", { services: { web }, settings: { sleep: form } });
try {
  time(sandbox.cspace("up", "mercury", "--quiet"));
  const container = "bench-wake--mercury-web-1";
  const own = [];
  const woken = [];
  for (let run = 0; run < runs; run += 1) {
    time(["docker", ...(form === "pause" ? ["pause"] : ["stop", "-t", "1"]), container]);
    const begin = performance.now();
    time(["docker", form === "pause" ? "unpause" : "start", container]);
    const port = Number(
      spawnSync("docker", ["port", container, "3000"], { encoding: "utf8" }).stdout.split(":").at(-1),
    );
    while ((await ask({ port })) !== 200) await setTimeout(5);
    own.push(performance.now() - begin);
    await setTimeout(300);
    time(sandbox.cspace("sleep", "--quiet"));
    const asked = performance.now();
    const status = await ask({ port: 80, headers: { host: "web.mercury.bench-wake.cspace.local" } });
    if (status !== 200) throw new Error(`it was not woken: ${status}`);
    woken.push(performance.now() - asked);
    // Until the proxy has its route again.
    await setTimeout(4000);
  }
  for (const part of [0.5, 0.95]) {
    const [before, after] = [percentile(own, part), percentile(woken, part)];
    const verdict =
      part < 0.9 ? "" : after - before <= 300 ? "; within the bar of 300 ms" : "; ABOVE the bar of 300 ms";
    console.log(
      `p${part * 100}  ${(after - before).toFixed(0)} ms more (woken ${after.toFixed(0)} ms, own start ${before.toFixed(0)} ms)${verdict}`,
    );
  }
} finally {
  sandbox.clean();
}

function ask(options) {
  return new Promise((resolve) => {
    const sent = request({ host: "127.0.0.1", agent: false, ...options }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", () => resolve(0)).end();
  });
}
