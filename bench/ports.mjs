// How long 1,000 free ports take, one after the other, beside binding a port twice by hand as often.
//   npm run build && node bench/ports.mjs [runs]
import { createServer } from "node:net";
import { createPortFinder } from "../packages/ports/dist/index.js";
import { median } from "./sandbox.mjs";

const count = 1000;
const barMs = 1000;
const runs = Number(process.argv[2] ?? 5);

const bind = (port, host) =>
  new Promise((done, fail) => {
    const server = createServer().once("error", fail);
    server.listen(port, host, () => {
      const { port: bound } = server.address();
      server.close(() => done(bound));
    });
  });

const times = [];
const ratios = [];
for (let run = -1; run < runs; run += 1) {
  const findPort = createPortFinder();
  const found = new Set();
  let begin = performance.now();
  for (let call = 0; call < count; call += 1) found.add(await findPort());
  const ms = performance.now() - begin;
  if (found.size !== count) throw new Error(`${found.size} ports of ${count} calls`);
  begin = performance.now();
  for (let call = 0; call < count; call += 1) await bind(await bind(0, "127.0.0.1"), "127.0.0.1");
  if (run < 0) continue;
  times.push(ms);
  ratios.push(ms / (performance.now() - begin));
}
const ms = median(times);
const verdict = ms <= barMs ? "within" : "ABOVE";
console.log(
  `${median(ratios).toFixed(2)} x  findFreePort, ${count} times (${ms.toFixed(0)} ms) to two binds each; ${verdict} the bar of ${barMs} ms`,
);
