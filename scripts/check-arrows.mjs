#!/usr/bin/env node
// Checks that packages depend on each other only as arrows.mjs says: in package.json and in every import.
//
//   node scripts/check-arrows.mjs [workspace]
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rooms } from "./arrows.mjs";

const root = resolve(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
const issues = [...checkFolders(), ...Object.entries(rooms).flatMap(([name, room]) => checkRoom(name, room))];
for (const issue of issues) process.stdout.write(`${issue}\n`);
process.exitCode = issues.length === 0 ? 0 : 1;

/** Every package on disk has its room. */
function checkFolders() {
  const known = new Set(Object.values(rooms).map(({ folder }) => folder));
  const found = ["packages", "apps"].flatMap((group) =>
    existsSync(join(root, group)) ? readdirSync(join(root, group)).map((name) => `${group}/${name}`) : [],
  );
  return found
    .filter((folder) => existsSync(join(root, folder, "package.json")) && !known.has(folder))
    .map((folder) => `${folder}: it has no room in scripts/arrows.mjs`);
}

function checkRoom(name, room) {
  const manifest = join(root, room.folder, "package.json");
  if (!existsSync(manifest)) return [];
  const data = JSON.parse(readFileSync(manifest, "utf8"));
  const files = ["src", "test"].flatMap((part) => listFiles(join(root, room.folder, part)));
  return [...checkManifest(name, room, data), ...files.flatMap((file) => checkFile(name, room, data, file))];
}

function checkManifest(name, room, data) {
  const where = `${room.folder}/package.json`;
  const needed = Object.keys({ ...data.dependencies, ...data.peerDependencies, ...data.optionalDependencies });
  const all = [...needed, ...Object.keys(data.devDependencies ?? {})];
  return [
    ...(data.name === name ? [] : [`${where}: it is called ${data.name}, not ${name}`]),
    ...all
      .filter((one) => one.startsWith("@cspace/") && !room.uses.includes(one))
      .map((one) => `${where}: no arrow goes from ${name} to ${one}`),
    ...needed
      .filter((one) => room.pure !== undefined && !one.startsWith("@cspace/"))
      .map((one) => `${where}: ${name} is pure, but depends on ${one}`),
  ];
}

function checkFile(name, room, data, file) {
  const where = relative(root, file).replaceAll("\\", "/");
  const own = join(root, room.folder);
  const code = withoutComments(readFileSync(file, "utf8"));
  const inSource = !relative(join(own, "src"), file).startsWith("..");
  const declared = { ...data.dependencies, ...data.peerDependencies, ...data.devDependencies };
  const issues = [];
  for (const target of importsOf(code)) {
    if (target.startsWith(".")) {
      const outside = relative(own, resolve(dirname(file), target)).startsWith("..");
      if (outside) issues.push(`${where}: ${target} reaches into another package; import it by its name`);
      continue;
    }
    const [scope = "", short = "", ...deep] = target.split("/");
    if (scope === "@cspace") {
      const wanted = `${scope}/${short}`;
      if (deep.length > 0 && !exportsOf(wanted).includes(`./${deep.join("/")}`))
        issues.push(`${where}: ${target} is inside ${wanted}; import ${wanted}`);
      if (wanted === name && !inSource) continue;
      if (wanted === name) issues.push(`${where}: ${name} imports itself by its name`);
      else if (!room.uses.includes(wanted)) issues.push(`${where}: no arrow goes from ${name} to ${wanted}`);
      else if (!(wanted in declared)) issues.push(`${where}: ${wanted} is not in ${room.folder}/package.json`);
    } else if (inSource && room.pure !== undefined && !room.pure.node.includes(target)) {
      issues.push(`${where}: ${name} is pure, but imports ${target}`);
    }
  }
  if (inSource) issues.push(...checkPrinting(name, room, where, code));
  return issues;
}

/** Packages never print, prompt or exit; in the command line only the files of its room do. */
function checkPrinting(name, room, where, code) {
  const inside = where.slice(room.folder.length + 1);
  if (room.prints?.includes(inside)) return [];
  const found = new Set(
    [...code.matchAll(/\bconsole\.\w+|\bprocess\.(?:stdout|stderr|stdin|exit|exitCode)\b|["']node:readline\b/g)].map(
      ([text]) => text.replace(/["']/g, ""),
    ),
  );
  return [...found].map((text) => `${where}: ${text}: ${name} does not print, prompt or exit here`);
}

/** The ways into a package that its manifest names. */
function exportsOf(name) {
  const room = rooms[name];
  const manifest = room === undefined ? "" : join(root, room.folder, "package.json");
  return existsSync(manifest) ? Object.keys(JSON.parse(readFileSync(manifest, "utf8")).exports ?? {}) : [];
}

function importsOf(code) {
  const forms = /\b(?:from|import)\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g;
  return [...new Set([...code.matchAll(forms)].map((match) => match[1] ?? match[2] ?? ""))];
}

/** Examples in comments import what they like. */
function withoutComments(text) {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, "").replace(/^\s*\/\/.*$/gm, "");
}

function listFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => /\.(ts|mjs|js)$/.test(path));
}
