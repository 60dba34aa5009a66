import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const shell = process.platform === "win32";

/** Starts the pinned pnpm: the one on PATH if it is that one, else through npx. */
export function startPnpm(args, options = {}) {
  const pinned = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).packageManager;
  const installed = spawnSync("pnpm", ["--version"], { cwd: root, encoding: "utf8", shell }).stdout?.trim();
  return `pnpm@${installed}` === pinned
    ? spawn("pnpm", args, { cwd: root, shell, ...options })
    : spawn("npx", ["--yes", pinned, ...args], { cwd: root, shell, ...options });
}
