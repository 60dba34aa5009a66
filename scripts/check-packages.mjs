#!/usr/bin/env node
// Packs every package as it would be published and checks the tarballs: publint, and the types as a module of Node and
// a bundler see them. What is packed names versions, never "workspace:" or "catalog:".
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { startPnpm } from "./pnpm.mjs";

const attw = fileURLToPath(new URL("../node_modules/@arethetypeswrong/cli/dist/index.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "cspace-pack-"));
try {
  await finish(startPnpm(["--recursive", "pack", "--pack-destination", folder], { stdio: ["ignore", "pipe", "pipe"] }));
  const tarballs = readdirSync(folder).sort();
  const issues = [];
  const next = async () => {
    for (let name = tarballs.shift(); name !== undefined; name = tarballs.shift()) {
      issues.push(...(await checkTarball(join(folder, name))));
    }
  };
  await Promise.all([next(), next()]);
  for (const issue of issues) process.stdout.write(`${issue}\n`);
  process.exitCode = issues.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

async function checkTarball(path) {
  const buffer = readFileSync(path);
  const tarball = buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  const issues = messages.map((message) => `${pkg.name}: ${formatMessage(message, pkg, { color: false })}`);
  for (const [name, range] of Object.entries({ ...pkg.dependencies, ...pkg.peerDependencies })) {
    if (/^(workspace|catalog|link|file):/.test(range)) issues.push(`${pkg.name}: ${name} is published as ${range}`);
  }
  if (pkg.exports?.["."] !== undefined) {
    const result = await attempt(spawn(process.execPath, [attw, "--profile", "esm-only", "--no-color", path]));
    if (result.code !== 0) issues.push(`${basename(path)}: the types are wrong\n${result.text}`);
  }
  return issues;
}

async function attempt(child) {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, text };
}

async function finish(child) {
  const { code, text } = await attempt(child);
  if (code !== 0) throw new Error(`pnpm pack failed:\n${text}`);
}
