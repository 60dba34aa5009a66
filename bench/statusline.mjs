// How long the status line takes with the proxy up and with it down, as ratios of runs that alternate with `node -e 0`.
// Needs an engine.
//   npm run build && node bench/statusline.mjs [runs]
import { compare, createSandbox, time } from "./sandbox.mjs";

const runs = Number(process.argv[2] ?? 25);
const sandbox = createSandbox("bench-statusline");
const input = JSON.stringify({ cwd: process.cwd() });
const node = { name: "node -e 0", command: [process.execPath, "-e", "0"] };
const statusline = sandbox.cspace("statusline");
try {
  time(sandbox.cspace("up", "mercury", "--quiet"));
  const expected = { up: "cspace.localhost", down: "localhost:" };
  for (const [state, part] of Object.entries(expected)) {
    time(sandbox.cspace("proxy", state, "--quiet"));
    compare({ name: `cspace statusline, proxy ${state}`, command: statusline, input, part }, node, { runs, bar: 2 });
  }
} finally {
  sandbox.clean();
}
