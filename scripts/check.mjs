#!/usr/bin/env node
// Everything that can be said about the workspace without running it, two checks at a time, one line each.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const script = (name) => [process.execPath, join(root, "scripts", name)];
const bin = (path) => [process.execPath, join(root, "node_modules", path)];

const checks = [
  { name: "packages", what: "packed tarballs: publint, types", command: script("check-packages.mjs") },
  { name: "types", what: "tsc", command: [...bin("typescript/bin/tsc"), "-p", "tsconfig.json"] },
  {
    name: "page",
    what: "tsc, for a browser",
    command: [...bin("typescript/bin/tsc"), "-p", "apps/page/tsconfig.json"],
  },
  { name: "style", what: "biome", command: [...bin("@biomejs/biome/bin/biome"), "check", ".", "--error-on-warnings"] },
  { name: "unused", what: "knip", command: [...bin("knip/bin/knip.js"), "--no-progress"] },
  { name: "arrows", what: "who may depend on whom", command: script("check-arrows.mjs") },
];

const waiting = [...checks];
const failed = [];
await Promise.all([work(), work()]);
process.exitCode = failed.length === 0 ? 0 : 1;

async function work() {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const begin = performance.now();
    const { code, text } = await run(check.command);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    const state = code === 0 ? "ok    " : "failed";
    process.stdout.write(`${state}  ${check.name.padEnd(9)} ${check.what} (${seconds} s)\n`);
    if (code === 0) continue;
    failed.push(check.name);
    process.stdout.write(`${text.trimEnd().replace(/^/gm, "        ")}\n`);
  }
}

async function run([program, ...args]) {
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, text };
}
