#!/usr/bin/env node
// The daemon as a program of its own, for programs that use the library: it tells who answers under its hostnames as well.
import { readFileSync } from "node:fs";
import { runDaemonOfInstances } from "../dist/run-daemon.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const ended = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => ended.abort());
await runDaemonOfInstances({ version, signal: ended.signal, takesOver: process.argv.includes("--take-over") });
process.exit();
