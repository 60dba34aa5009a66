import { symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { folderOf, request, start } from "./start.ts";

// The one that vitest itself runs on.
const vite = dirname(createRequire(createRequire(import.meta.url).resolve("vitest")).resolve("vite/package.json"));

/** What vitest has set for itself. */
const env = { ...process.env, NODE_ENV: undefined, VITEST: undefined, NODE_OPTIONS: undefined, NO_COLOR: "1" };

function project(dev: string): string {
  const manifest = JSON.stringify({ name: "shop", type: "module", scripts: { dev } });
  const folder = folderOf({ "package.json": manifest, "index.html": "<h1>shop</h1>", "node_modules/x": "" });
  symlinkSync(vite, join(folder, "node_modules", "vite"));
  return folder;
}

test.each([
  ["npm run dev", "node node_modules/vite/bin/vite.js"],
  ["npm run dev", "node node_modules/vite/bin/vite.js --port 5173"],
  ["node node_modules/vite/bin/vite.js", "none"],
])("Vite by %s (%s) listens on the port it is given, and answers to a hostname of the domain", async (command, dev) => {
  const domains = ["cspace.local", "cspace.localhost"];
  const process = start({ command, cwd: project(dev), domains }, { env, settleMs: 20_000 });
  const address = await process.ready();
  expect(process.lastLines(20).join("\n")).toContain(`http://127.0.0.1:${address.port}/`);
  for (const domain of domains) {
    const answer = await request(address, { host: `dev.mercury.p.${domain}` });
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining("<h1>shop</h1>")]);
  }
  const refused = await request(address, { host: "dev.mercury.p.example.org" });
  expect(refused.status).toBe(403);
  await process.stop();
});
