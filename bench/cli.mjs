// How long the command line takes, as ratios of runs that alternate with what they are compared to. Needs an engine.
//   npm run build && node bench/cli.mjs [runs]
import { createSandbox, median, time } from "./sandbox.mjs";

const runs = Number(process.argv[2] ?? 15);
const sandbox = createSandbox("bench-cli");
try {
  const up = sandbox.cspace("up", "mercury", "--quiet");
  time(up);
  const compose = sandbox.compose("mercury", "up", "-d");
  const node = [process.execPath, "-e", "0"];
  const pairs = [
    ["cspace --version", sandbox.cspace("--version"), "node -e 0", node, 1.5],
    ["cspace url web", sandbox.cspace("url", "web"), "node -e 0", node, 3],
    ["cspace up, nothing to do", up, "docker compose up -d, nothing to do", compose, 3],
  ];
  for (const [name, command, otherName, other, bar] of pairs) {
    const ratios = [];
    const times = [];
    for (let run = -2; run < runs; run += 1) {
      const [a, b] = [time(command), time(other)];
      if (run < 0) continue;
      ratios.push(a / b);
      times.push(a);
    }
    const ratio = median(ratios);
    const verdict = ratio <= bar ? "within" : "ABOVE";
    console.log(
      `${ratio.toFixed(2)} x  ${name} (${median(times).toFixed(0)} ms) to ${otherName}; ${verdict} the bar of ${bar} x`,
    );
  }
} finally {
  sandbox.clean();
}
