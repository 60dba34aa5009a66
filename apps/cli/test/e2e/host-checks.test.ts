import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findFreePort } from "@cspace/ports";
import { expect, test } from "vitest";
import { useHostMachine } from "./host-machine.ts";

const machine = useHostMachine();
const { json, project, start } = machine;

interface Up {
  readonly instance: {
    readonly routes: readonly { url: string; browserUrl: string; health: string; refused: string[] }[];
  };
}

/** A server that checks the host as `check` says, a JavaScript expression of `host`, `url` and `origin`. */
const serving = (check: string, headers = "{}"): string => `#!/usr/bin/env node
const a = process.argv, at = a.lastIndexOf("--port") + 1;
require("http").createServer(({ headers: { host: whole = "", origin = "" }, url }, response) => {
  const host = whole.split(":")[0];
  response.writeHead((${check}) ? 200 : 403, ${headers}).end("page");
}).listen(at > 0 ? a[at] : process.env.PORT, "127.0.0.1");
`;

/** A project whose dev script is this program, found as a dependency is. */
function projectWith(name: string, program: string, script: string, text: string): string {
  const folder = project(name, { "package.json": JSON.stringify({ scripts: { dev: script } }) });
  const bin = join(folder, "node_modules/.bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, program), text);
  chmodSync(join(bin, program), 0o755);
  return folder;
}

const local = `host === "localhost" || host.endsWith(".localhost") || /^[\\d.]+$/.test(host)`;

test("a server that takes *.localhost alone: the link is one that it takes, and the line to change that is said", async () => {
  const folder = projectWith("storied", "storybook", "storybook dev -p 6006", serving(local));
  const up = start(folder, "up", "--json");
  expect(await up.ended).toBe(0);
  const [route] = (JSON.parse(up.text.out) as Up).instance.routes;
  expect(route).toMatchObject({ health: "up", refused: ["dev.mercury.storied.cspace.local"] });
  expect(new URL(route?.browserUrl ?? "").hostname).toBe("dev.mercury.storied.cspace.localhost");
  expect(up.text.err).toContain(
    'dev: its server refuses *.cspace.local; to change that: core: { allowedHosts: [".cspace.local"] } in .storybook/main',
  );
  expect((await json<Up>(folder, "up")).instance.routes).toEqual([route]);
});

test("a server that takes localhost alone is linked by its port", async () => {
  const folder = projectWith("strict", "own-server", "own-server", serving(`host === "localhost"`));
  const up = start(folder, "up", "--json");
  expect(await up.ended).toBe(0);
  const [route] = (JSON.parse(up.text.out) as Up).instance.routes;
  expect(route?.browserUrl).toMatch(/^http:\/\/localhost:\d+$/);
  expect(route?.refused).toHaveLength(2);
  expect(up.text.err).toContain(".cspace.local among the hosts that its settings allow");
  // The status line asks no server, and knows all the same.
  const line = start(folder, "statusline");
  expect(await line.ended).toBe(0);
  expect(line.text.out).toContain(route?.browserUrl);
});

test("one that refuses everybody, as a page behind a login does, keeps its hostname", async () => {
  const folder = projectWith("closed", "own-server", "own-server", serving("false"));
  const [route] = (await json<Up>(folder, "up")).instance.routes;
  expect(route?.refused).toEqual([]);
  expect(new URL(route?.browserUrl ?? "").hostname).toMatch(/^dev\.mercury\.closed\./);
});

test("Next.js answers every host, and its scripts only for origins that it knows", async () => {
  const check = `!url.startsWith("/_next/") || origin === "" || /^http:\\/\\/[^.]+\\.localhost/.test(origin)`;
  const folder = projectWith("nexted", "next", "next dev", serving(check, '{ "X-Powered-By": "Next.js" }'));
  const up = start(folder, "up", "--json");
  expect(await up.ended).toBe(0);
  const [route] = (JSON.parse(up.text.out) as Up).instance.routes;
  expect(route?.refused).toHaveLength(2);
  expect(route?.browserUrl).toMatch(/^http:\/\/localhost:\d+$/);
  expect(up.text.err).toContain('allowedDevOrigins: ["**.cspace.local"] in next.config');
  expect(up.text.err).toContain('allowedDevOrigins: ["**.cspace.localhost"] in next.config');
});

const listener = `import http from "node:http";
const [extra] = process.argv.slice(2);
const second = http.createServer((q, r) => r.end("second"));
second.on("error", () => console.error("WebSocket server error: Port " + extra + " is already in use"));
second.listen(Number(extra), "127.0.0.1");
http.createServer((q, r) => r.end("first")).listen(process.env.PORT, "127.0.0.1");
`;

test("a second listener is told of, and who has its port when another copy wants it", async () => {
  const extra = await findFreePort();
  const folder = project("doubled", {
    "package.json": JSON.stringify({ scripts: { dev: `node listener.mjs ${extra}` } }),
    "listener.mjs": listener,
  });
  const first = start(folder, "up");
  expect(await first.ended).toBe(0);
  expect(first.text.err).toContain(`dev listens on ${extra} as well, under no name`);
  const second = start(folder, "up", "--new");
  expect(await second.ended).toBe(0);
  expect(second.text.err).toContain(`dev wanted port ${extra} as well, which dev of mercury of doubled has`);
  interface Ports {
    readonly ports: readonly { readonly label: string | null; readonly port: number; readonly localAddress: string }[];
  }
  const { ports } = await json<Ports>(folder, "ports", "mercury");
  expect(ports).toMatchObject([{ label: "dev" }, { label: null, port: extra, localAddress: `localhost:${extra}` }]);
  const listed = await json<{ instances: Ports[] }>(folder, "list", "--verbose");
  expect(listed.instances[0]?.ports).toMatchObject([{ port: extra }]);
});

test("a second copy that fails in the folder of the first is told that they share it, and how it goes", async () => {
  const locked = `import fs from "node:fs";
import http from "node:http";
try { fs.writeFileSync(".lock", String(process.pid), { flag: "wx" }); }
catch { console.error("Another dev server is already running."); process.exit(1); }
process.on("SIGTERM", () => { fs.rmSync(".lock"); process.exit(0); });
http.createServer((q, r) => r.end("ok")).listen(process.env.PORT, "127.0.0.1");
`;
  const folder = project("locked", {
    "package.json": JSON.stringify({ scripts: { dev: "node s.mjs" } }),
    "s.mjs": locked,
  });
  expect(await start(folder, "up").ended).toBe(0);
  const second = start(folder, "up", "--new");
  expect(await second.ended).toBe(1);
  expect(second.text.err).toContain("Another dev server is already running.");
  expect(second.text.err).toContain(
    "it shares the files of its directory with mercury; give it a worktree of its own, and remove this one: cspace down venus",
  );
  expect(await start(folder, "down", "venus").ended).toBe(0);
});

test("a variable of a route that only browsers can use is said to be one", async () => {
  const folder = project("variables", {
    "s.mjs":
      'import http from "node:http"; http.createServer((q, r) => r.end("ok")).listen(process.env.PORT, "127.0.0.1");',
    ".cspace.json": JSON.stringify({
      processes: { api: { command: "node s.mjs" } },
      routes: { api: { process: "api", env: ["NUXT_PUBLIC_API"] } },
    }),
  });
  const up = start(folder, "up");
  expect(await up.ended).toBe(0);
  expect(up.text.err).toContain("NUXT_PUBLIC_API: a URL that browsers find, and programs on this machine do not");
});
