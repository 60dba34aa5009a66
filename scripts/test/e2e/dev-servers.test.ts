import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const hasChromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].some(existsSync);

// All of them take a quarter of an hour; the table in docs/dev-servers.md is written by a run of all.
test.skipIf(!hasChromium)(
  "servers as npm installs them, each in two worktrees at once, in a browser (needs Chromium, and npm's registry)",
  { timeout: 300_000 },
  async () => {
    const names = ["Vite", "Express", "npm run dev --workspace"];
    const script = join(root, "scripts/dev-servers/run.mjs");
    const { stdout } = await promisify(execFile)(process.execPath, [script, "--no-table", ...names], { cwd: root });
    const outcomes = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[0]);
    expect([outcomes, stdout]).toEqual([["works", "works", "works"], stdout]);
  },
);
