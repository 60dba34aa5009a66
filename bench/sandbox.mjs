import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../apps/cli/bin/cspace.js", import.meta.url));

/** A project of two services under a home of its own; `clean` removes all of it, the proxy included. */
export function createSandbox(name) {
  const root = mkdtempSync(join(homedir(), ".cspace-bench-"));
  const directory = join(root, name);
  mkdirSync(directory);
  const serve = "mkdir -p /www; echo ok > /www/index.html; exec httpd -f -p 3000 -h /www";
  const service = { image: "busybox:1.37", init: true, stop_grace_period: "0s", command: ["sh", "-c", serve] };
  const services = { web: { ...service, ports: ["3000"] }, worker: service };
  writeFileSync(join(directory, "compose.yaml"), JSON.stringify({ services }));
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

/** Runs a command and gives its time in milliseconds. */
export function time([command, ...args]) {
  const begin = performance.now();
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${stderr}`);
  return performance.now() - begin;
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
