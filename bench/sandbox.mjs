import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../apps/cli/bin/cspace.js", import.meta.url));

/** A project of two services, or of others, under a home of its own; `clean` removes all of it, the proxy included. */
export function createSandbox(name, { services = twoServices(), settings = {} } = {}) {
  const root = mkdtempSync(join(homedir(), ".cspace-bench-"));
  const directory = join(root, name);
  mkdirSync(directory);
  writeFileSync(join(directory, "compose.yaml"), JSON.stringify({ services }));
  writeFileSync(join(directory, ".cspace.json"), JSON.stringify(settings));
  process.env.CSPACE_HOME = join(root, "home");
  process.chdir(directory);
  const cspace = (...args) => [process.execPath, bin, ...args];
  return {
    cspace,
    compose: (instance, ...args) => {
      const override = join(process.env.CSPACE_HOME, "instances", name, instance, "compose.override.yml");
      return ["docker", "compose", "-p", `${name}--${instance}`, "-f", "compose.yaml", "-f", override, ...args];
    },
    clean: () => {
      for (const args of [
        ["down", "--all", "--volumes"],
        ["proxy", "down"],
      ])
        spawnSync(process.execPath, [bin, ...args]);
      process.chdir(homedir());
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function twoServices() {
  const serve = "mkdir -p /www; echo ok > /www/index.html; exec httpd -f -p 3000 -h /www";
  const service = { image: "busybox:1.37", init: true, stop_grace_period: "0s", command: ["sh", "-c", serve] };
  return { web: { ...service, ports: ["3000"] }, worker: service };
}

/** Runs a command and gives its time in milliseconds; `part` has to be in what it prints. */
export function time([command, ...args], { input, part = "" } = {}) {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", input });
  const ms = performance.now() - begin;
  if (status !== 0 || !stdout.includes(part))
    throw new Error(`${command} ${args.join(" ")} failed: ${stdout}${stderr}`);
  return ms;
}

/** Runs two commands in turn and prints the median of the ratios, and whether it is within a bar. */
export function compare({ name, command, input, part }, other, { runs, bar }) {
  const ratios = [];
  const times = [];
  for (let run = -2; run < runs; run += 1) {
    const [a, b] = [time(command, { input, part }), time(other.command)];
    if (run < 0) continue;
    ratios.push(a / b);
    times.push(a);
  }
  const ratio = median(ratios);
  const verdict = ratio <= bar ? "within" : "ABOVE";
  console.log(
    `${ratio.toFixed(2)} x  ${name} (${median(times).toFixed(0)} ms) to ${other.name}; ${verdict} the bar of ${bar} x`,
  );
}

/** The value below which a part of all lie: 0.95. */
export function percentile(values, part) {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * part) - 1];
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
