#!/usr/bin/env node
// The daemon as a program of its own: what programs that use the library start, when they name no other.
import { readFileSync } from "node:fs";
import { findPredecessor, runDaemon } from "../dist/index.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const ended = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => ended.abort());
const predecessor = process.argv.includes("--take-over") ? findPredecessor(process) : undefined;
await runDaemon({ version, signal: ended.signal, predecessor });
process.exit();
