// How long the command line takes, as ratios of runs that alternate with what they are compared to. Needs an engine.
//   npm run build && node bench/cli.mjs [runs]
import { compare, createSandbox, time } from "./sandbox.mjs";

const runs = Number(process.argv[2] ?? 15);
const sandbox = createSandbox("bench-cli");
try {
  const up = sandbox.cspace("up", "mercury", "--quiet");
  time(up);
  const compose = sandbox.compose("mercury", "up", "-d");
  const node = [process.execPath, "-e", "0"];
  const pairs = [
    ["cspace --version", sandbox.cspace("--version"), "node -e 0", node, 1.5],
    ["cspace url web", sandbox.cspace("url", "web"), "node -e 0", node, 2.5],
    ["cspace up, nothing to do", up, "docker compose up -d, nothing to do", compose, 2.5],
  ];
  for (const [name, command, otherName, other, bar] of pairs)
    compare({ name, command }, { name: otherName, command: other }, { runs, bar });
} finally {
  sandbox.clean();
}
