import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
