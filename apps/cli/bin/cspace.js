#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/app/main.js", import.meta.url);
if (existsSync(main)) {
  const { main: run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
  // What is still under way (a name that is being looked up) must not hold the command back.
  if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
} else {
  process.stderr.write("error  cspace is not built yet (CSPACE_NOT_BUILT)\nhint   build it: npm run build\n");
  process.exitCode = 1;
}
