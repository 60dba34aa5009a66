// What commands that look at every instance cost with many of them, beside the same with one. Needs an engine, and memory
// for as many small containers. The bar: at most 3 x.
//   npm run build && node bench/many.mjs [instances] [runs]
import { createSandbox, median, time } from "./sandbox.mjs";

const count = Number(process.argv[2] ?? 100);
const runs = Number(process.argv[3] ?? 7);
const serve = "mkdir -p /www; echo ok > /www/index.html; exec httpd -f -p 3000 -h /www";
const web = {
  image: "busybox:1.37",
  init: true,
  stop_grace_period: "0s",
  command: ["sh", "-c", serve],
  ports: ["3000"],
};
const sandbox = createSandbox("bench-many", { services: { web } });
const commands = [
  ["list", "--all", "--json"],
  ["list", "--instance", "n1", "--json"],
  ["gc", "--json"],
  ["doctor", "--json"],
  ["doctor", "web", "--instance", "n1", "--json"],
];
const measure = () =>
  commands.map((words) => {
    const times = Array.from({ length: runs }, () => time(sandbox.cspace(...words)));
    return median(times);
  });
try {
  time(sandbox.cspace("up", "n1", "--new", "--quiet"));
  const one = measure();
  for (let index = 2; index <= count; index += 1) {
    time(sandbox.cspace("up", `n${index}`, "--new", "--no-wait", "--quiet"));
  }
  const many = measure();
  commands.forEach((words, index) => {
    const ratio = many[index] / one[index];
    const verdict = ratio <= 3 ? "within" : "ABOVE";
    console.log(
      `${ratio.toFixed(2)} x  cspace ${words.join(" ")}: ${count} instances ${many[index].toFixed(0)} ms, one ${one[index].toFixed(0)} ms; ${verdict} the bar of 3 x`,
    );
  });
} finally {
  sandbox.clean();
}
