// Starts development servers as their users do, each in two worktrees at once, and opens both by their hostnames in
// Chromium: the page, a change that shows by itself, the port, and that nothing is left after `down`. Writes docs/dev-servers.md.
//   npm run build && node scripts/dev-servers/run.mjs [--no-table] [name...]
import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { projects } from "./projects.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { chromium } = createRequire(join(root, "apps/cli/package.json"))("playwright-core");
const run = promisify(execFile);
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const names = wanted.length === 0 ? Object.keys(projects) : wanted;
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

const quiet = ["background-networking", "component-update", "sync", "quic", "gpu"].map((name) => `--disable-${name}`);
const browser = await chromium.launch({
  executablePath,
  args: [...quiet, "--no-first-run", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
});
const results = [];
for (const name of names) {
  const begin = Date.now();
  const result = await tryServer(name, projects[name]);
  results.push(result);
  console.log(
    `${result.outcome.padEnd(8)} ${name} ${result.version}  ${Math.round((Date.now() - begin) / 1000)} s  ${result.note}`,
  );
}
await browser.close();
if (!process.argv.includes("--no-table")) writeTable(results);
process.exitCode = results.some(({ outcome }) => outcome === "failed") ? 1 : 0;

async function tryServer(name, { install, pip = [], files, edit, path = "/", program }) {
  const folder = mkdtempSync(join(tmpdir(), "cspace-servers-"));
  const result = { name, version: "", outcome: "works", live: edit === undefined ? "-" : "no", note: "" };
  const places = [join(folder, "page"), join(folder, "page-b")];
  const env = { ...process.env, CSPACE_HOME: join(folder, "home"), DOCKER_HOST: "unix:///nowhere.sock", CI: "true" };
  const cspace = async (cwd, ...args) => {
    const { stdout } = await run(process.execPath, [join(root, "apps/cli/bin/cspace.js"), ...args], { cwd, env });
    return args.includes("--json") ? JSON.parse(stdout) : stdout;
  };
  try {
    if (program !== undefined && !isThere(program))
      return { ...result, outcome: "skipped", note: `no ${program} here` };
    const git = (...args) =>
      execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@x", ...args], { cwd: places[0] });
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(places[0], file)), { recursive: true });
      writeFileSync(join(places[0], file), text);
    }
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "page");
    git("worktree", "add", "-q", "-b", "b", places[1]);
    if (pip.length > 0) {
      try {
        const target = join(places[0], "node_modules/py");
        await run("python3", ["-m", "pip", "install", "-q", "--target", target, ...pip], {
          cwd: places[0],
          timeout: 180_000,
        });
      } catch (error) {
        return {
          ...result,
          outcome: "skipped",
          note: `cannot be installed here: ${String(error.stderr).split("\n")[0]}`,
        };
      }
      cpSync(join(places[0], "node_modules"), join(places[1], "node_modules"), { recursive: true });
    }
    if (install.length > 0) {
      try {
        await run("npm", ["install", "--no-audit", "--no-fund", "--no-save", ...install], {
          cwd: places[0],
          timeout: 180_000,
        });
      } catch (error) {
        return {
          ...result,
          outcome: "skipped",
          note: `cannot be installed here: ${String(error.stderr).split("\n")[0]}`,
        };
      }
      // A copy of its own, as each worktree has.
      cpSync(join(places[0], "node_modules"), join(places[1], "node_modules"), {
        recursive: true,
        verbatimSymlinks: true,
      });
      const manifest = JSON.parse(
        readFileSync(join(places[0], "node_modules", install[0].replace(/(?<=.)@.*$/, ""), "package.json"), "utf8"),
      );
      result.version = manifest.version;
      const least = Number(/\d+/.exec(manifest.engines?.node ?? "")?.[0] ?? 0);
      if (least > Number(process.versions.node.split(".")[0]) && !install.some((one) => one.startsWith("node@"))) {
        return {
          ...result,
          outcome: "skipped",
          live: "-",
          note: `needs Node ${least}, and this is ${process.version}`,
        };
      }
    }
    const ups = await Promise.all(places.map((place) => cspace(place, "up", "--json")));
    const shown = [];
    const routes = ups.map(({ instance }) => instance.routes[0]);
    for (const [index, route] of routes.entries()) {
      if (route.health === "down") throw new Error(`${route.label} is ${route.health}: ${route.reason}`);
      if (!new URL(route.browserUrl).hostname.endsWith(".localhost"))
        throw new Error(`its link is ${route.browserUrl}`);
      const page = await browser.newPage();
      const errors = [];
      page.on("requestfailed", (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`));
      await page.goto(new URL(path, route.browserUrl).href, { timeout: 60_000 });
      await waitFor(page, "one");
      if (edit !== undefined) {
        const file = join(places[index], edit);
        // What watches the files may begin a moment after the page.
        await new Promise((done) => setTimeout(done, 1500));
        writeFileSync(file, readFileSync(file, "utf8").replace(/\bone\b/, "two"));
        if (await shows(page, "two")) shown.push(index);
      }
      await page.close();
    }
    if (edit !== undefined) result.live = ["no", "in the first copy", "yes"][shown.length];
    if (routes[0].target.port === routes[1].target.port) throw new Error("both have one port");
  } catch (error) {
    result.outcome = "failed";
    result.note = describe(error);
    if (/your Node\.js version/.test(result.note)) {
      Object.assign(result, { outcome: "skipped", live: "-", note: `needs a newer Node than ${process.version}` });
    }
  } finally {
    await cspace(places[0], "down", "--all").catch(() => undefined);
    for (let tries = 0; tries < 30 && leftovers(folder).length > 0; tries += 1)
      await new Promise((done) => setTimeout(done, 100));
    const left = leftovers(folder);
    if (left.length > 0 && result.outcome === "works") {
      result.outcome = "failed";
      result.note = `left after down: ${left.join(", ")}`;
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return result;
}

async function waitFor(page, text, timeout = 45_000) {
  await page.waitForFunction((wanted) => document.querySelector("#text")?.textContent === wanted, text, {
    timeout,
  });
}

async function shows(page, text) {
  return await waitFor(page, text, 15_000).then(
    () => true,
    () => false,
  );
}

/** What a command says of its failure, which is a document; else the error's own words. */
function describe(error) {
  try {
    const { code, message } = JSON.parse(error.stdout).error;
    const [first, ...lines] = message.split("\n").map((line) => line.trim());
    return `${[first, ...lines.filter(Boolean).slice(-2)].join(" ").slice(0, 250)} (${code})`;
  } catch {
    return error.message.split("\n")[0];
  }
}

/** Processes that run in a folder, but for the daemon, which ends by itself. */
function leftovers(folder) {
  const lines = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes(`${folder}/page`)).map((line) => line.trim().slice(0, 80));
}

function isThere(program) {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
}

/** Rows of servers that were not tried stay as they were. */
function writeTable(tried) {
  const file = join(root, "docs/dev-servers.md");
  const before = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const rows = Object.keys(projects).flatMap((name) => {
    const result = tried.find((one) => one.name === name);
    if (result === undefined) return before.filter((line) => line.startsWith(`| ${name} |`));
    const { version, outcome, live, note } = result;
    return `| ${name} | ${version || "-"} | ${outcome} | ${live} | ${note} |`;
  });
  writeFileSync(
    file,
    `# Development servers

Written by \`node scripts/dev-servers/run.mjs\`, which starts each in two worktrees at once, opens both links in Chromium, changes a file
while the page is open, and looks whether anything is left after \`cspace down\`.

| server | version | outcome | a change shows by itself | |
|---|---|---|---|---|
${rows.join("\n")}
`,
  );
}
