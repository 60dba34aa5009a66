#!/usr/bin/env node
// The root scripts. On a machine with Node and npm only, each installs and builds what is missing first, and goes
// straight to work when nothing is.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => join(root, "node_modules", ".bin", name);
const cspace = join(root, "apps/cli/bin/cspace.js");
const examples = { containers: join(root, "examples/notes"), processes: join(root, "examples/processes") };

const tasks = {
  build: () => build(),
  test: (args) => {
    build();
    run(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", ...args]);
  },
  check: () => {
    build();
    run(process.execPath, [join(root, "scripts/check.mjs")]);
  },
  up: (args) => {
    build();
    const example = hasEngine() ? examples.containers : examples.processes;
    for (const name of ["mercury", "venus"]) {
      run(process.execPath, [cspace, "up", name, "--cwd", example, ...args]);
    }
    requireAnswers(example);
    process.stderr.write("\nstop them with: npm run down\n");
  },
  down: (args) => {
    build();
    const down = ["down", "--all", "--volumes"];
    if (!hasEngine()) return run(process.execPath, [cspace, ...down, "--cwd", examples.processes, ...args]);
    for (const example of Object.values(examples)) run(process.execPath, [cspace, ...down, "--cwd", example, ...args]);
    // The proxy serves every project of the machine: it goes when the example was the only one.
    const { stdout } = spawnSync(process.execPath, [cspace, "list", "--all", "--json"], {
      cwd: root,
      encoding: "utf8",
    });
    if (JSON.parse(stdout).instances.length === 0) run(process.execPath, [cspace, "proxy", "down", ...args]);
  },
};

const [name = "", ...args] = process.argv.slice(2);
const task = tasks[name];
if (task === undefined) fail(`there is no script ${name}; there are ${Object.keys(tasks).join(", ")}`);
task(args);

/** Every URL is requested once more: `up` itself takes a route on which nothing listens for a warning. */
function requireAnswers(example) {
  const { stdout } = spawnSync(process.execPath, [cspace, "list", "--json", "--cwd", example], {
    cwd: root,
    encoding: "utf8",
  });
  for (const { instance, routes } of JSON.parse(stdout).instances) {
    const silent = routes.find(({ health }) => health !== "up");
    if (silent !== undefined) fail(`${silent.label} of ${instance} does not answer: ${silent.reason ?? silent.health}`);
  }
}

/** Whether containers can be run here; without, the example is one of processes. */
function hasEngine() {
  const { stdout } = spawnSync(process.execPath, [cspace, "proxy", "status", "--json"], {
    cwd: root,
    encoding: "utf8",
  });
  return JSON.parse(stdout).proxy?.engine === "docker";
}

function build() {
  const stamp = join(root, "node_modules/.cspace/built");
  install();
  const outputs = listPackages().map((folder) => join(folder, "dist"));
  const state = fingerprint(["package.json", "tsconfig.json", "build.mjs", "src", "templates"]);
  if (outputs.every((path) => existsSync(path)) && read(stamp) === state) return;
  // turbo asks the package manager about the workspace, so it runs below it.
  pnpm(["exec", "turbo", "run", "build", "--output-logs=errors-only"]);
  write(stamp, state);
}

function install() {
  const stamp = join(root, "node_modules/.cspace/installed");
  const state = `${read(join(root, "pnpm-lock.yaml"))}${fingerprint(["package.json"])}`;
  const hash = createHash("sha256").update(state).digest("hex");
  if (existsSync(bin("vitest")) && read(stamp) === hash) return;
  pnpm(["install", "--frozen-lockfile"]);
  write(stamp, hash);
}

/** Runs the pinned pnpm: the one on PATH if it is that one, else through npx, on whose PATH it is then. */
function pnpm(args) {
  const pinned = JSON.parse(read(join(root, "package.json"))).packageManager.split("@")[1];
  const installed = spawnSync("pnpm", ["--version"], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (installed.stdout?.trim() === pinned) run("pnpm", args);
  else run("npx", ["--yes", `pnpm@${pinned}`, ...args]);
}

/** What the sources look like, by path, size and time: cheap enough to ask every time. */
function fingerprint(names) {
  const lines = [];
  const visit = (path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (stats.isDirectory()) for (const entry of readdirSync(path).sort()) visit(join(path, entry));
    else lines.push(`${relative(root, path)} ${stats.size} ${Math.round(stats.mtimeMs)}`);
  };
  visit(join(root, "tsconfig.base.json"));
  for (const folder of listPackages()) for (const name of names) visit(join(folder, name));
  return lines.join("\n");
}

function listPackages() {
  return ["packages", "apps"].flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)));
}

function run(command, commandArgs) {
  const env = { ...process.env, PATH: [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter) };
  const shell = process.platform === "win32";
  const { status, signal, error } = spawnSync(command, commandArgs, { cwd: root, stdio: "inherit", env, shell });
  if (error !== undefined) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(signal === null ? status : 130);
}

function read(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function write(path, text) {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
}

function fail(message) {
  process.stderr.write(`error  ${message}\n`);
  process.exit(1);
}
