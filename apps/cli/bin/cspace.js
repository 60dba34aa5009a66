#!/usr/bin/env node
import { existsSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";

// What Node has compiled once is kept, where Node can and where nobody else writes.
const { CSPACE_HOME, HOME, USERPROFILE } = process.env;
const user = HOME || USERPROFILE;
const home = CSPACE_HOME || (user && join(user, ".cspace"));
if (home && existsSync(home)) module.enableCompileCache?.(join(home, "cache"));

const [name, flag, , ...rest] = process.argv.slice(2);
// A status line is asked for all the time: as it is installed, it has a program of its own, which starts sooner.
const isStatus = name === "statusline" && (flag === undefined || flag === "--beside") && rest.length === 0;
const main = new URL(`../dist/${isStatus ? "status" : "app"}/main.js`, import.meta.url);
if (existsSync(main)) {
  const { main: run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(isStatus ? 3 : 2));
  // What could not be written is told only now.
  await new Promise((done) => setImmediate(done));
  // What is still under way (a name that is being looked up) must not hold the command back.
  if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
} else {
  process.stderr.write("error  cspace is not built yet (CSPACE_NOT_BUILT)\nhint   build it: npm run build\n");
  process.exitCode = 1;
}
