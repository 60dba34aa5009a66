import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliRun, createSandbox, docker, engineAnswers, get, httpService, type Sandbox, until } from "./harness.ts";

interface Route {
  readonly label: string;
  readonly browserUrl: string | null;
}

/** A folder with an opener alone; `cspace` itself needs no other program for this command. */
function opener(sandbox: Sandbox, script: string | undefined): { readonly path: string; readonly log: string } {
  const path = mkdtempSync(join(sandbox.root, "opener-"));
  const log = join(path, "opened");
  if (script !== undefined) {
    writeFileSync(join(path, "xdg-open"), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${log}'\n${script}\n`);
    chmodSync(join(path, "xdg-open"), 0o755);
  }
  return { path, log };
}

// The opener of Linux is the one that can be replaced on PATH.
describe.skipIf(!engineAnswers || process.platform !== "linux")("cspace open (needs a Docker engine)", () => {
  let sandbox: Sandbox;
  let folder: string;
  let route: Route;
  const none = { DISPLAY: "", WAYLAND_DISPLAY: "", SSH_CONNECTION: "", SSH_CLIENT: "", SSH_TTY: "" };
  const noWsl = { WSL_DISTRO_NAME: "", WSL_INTEROP: "" };
  const open = (env: Readonly<Record<string, string>>, ...args: string[]): Promise<CliRun> =>
    sandbox.cspaceWith({ ...none, ...noWsl, ...env }, folder, "open", ...args);
  const onPath = (path: string): Record<string, string> => ({
    DISPLAY: ":99",
    PATH: [path, process.env.PATH].join(delimiter),
  });

  beforeAll(async () => {
    sandbox = createSandbox();
    folder = sandbox.project("e2e-open", { "compose.yaml": `services:\n${httpService("web", [3000, 3001])}` });
    writeFileSync(
      join(folder, ".cspace.json"),
      JSON.stringify({
        routes: { web: { service: "web", port: 3000 }, api: { service: "web", port: 3001 } },
      }),
    );
    const { instance } = await sandbox.json<{ instance: { routes: Route[] } }>(folder, "up", "mercury");
    route = instance.routes.find(({ label }) => label === "api") as Route;
  });
  afterAll(() => sandbox.clean());

  test("where there is no route to open, the page is: its URL answers with what runs", async () => {
    const { path, log } = opener(sandbox, "exit 0");
    const nowhere = mkdtempSync(join(sandbox.root, "nowhere-"));
    const run = await sandbox.cspaceWith({ ...none, ...noWsl, ...onPath(path) }, nowhere, "open");
    expect(run).toMatchObject({ code: 0, out: expect.stringMatching(/^http:\/\/cspace\.cspace\.local/) });
    expect(readFileSync(log, "utf8")).toBe(run.out);
    const { hostname, port } = new URL(run.out.trim());
    const { status, body } = await get(Number(port) || 80, hostname);
    expect([status, body.includes("mercury")]).toEqual([200, true]);
  });

  test("opens the URL for a browser and prints it", async () => {
    const { path, log } = opener(sandbox, "exit 0");
    expect(await open(onPath(path), "api")).toEqual({ code: 0, out: `${route.browserUrl}\n`, err: "" });
    expect(readFileSync(log, "utf8")).toBe(`${route.browserUrl}\n`);
    const { code, out } = await open(onPath(path), "api", "--json");
    expect([code, JSON.parse(out)]).toEqual([
      0,
      {
        version: 1,
        route: expect.objectContaining({ label: "api", browserUrl: route.browserUrl }),
        url: route.browserUrl,
      },
    ]);
    expect(readFileSync(log, "utf8")).toBe(`${route.browserUrl}\n`.repeat(2));
  });

  test("an opener that goes on, such as the browser itself, is left running", async () => {
    const { path, log } = opener(sandbox, `echo $$ > "$(dirname "$0")/pid"; exec sleep 60`);
    expect(await open(onPath(path), "api")).toEqual({ code: 0, out: `${route.browserUrl}\n`, err: "" });
    await until(5000, async () => existsSync(log) && existsSync(join(path, "pid")));
    const pid = Number(readFileSync(join(path, "pid"), "utf8"));
    expect(() => process.kill(pid, 0)).not.toThrow();
    process.kill(pid);
  });

  test.each([
    ["fails", "echo oops >&2; exit 4", "the system's opener failed with exit code 4"],
    ["is not there", undefined, "there is no xdg-open on this machine"],
  ])("an opener that %s: the URL, and why", async (_, script, reason) => {
    const { path } = opener(sandbox, script);
    // Only what the command needs, so that no opener of this machine is found.
    const env = { ...onPath(path), PATH: script === undefined ? path : (onPath(path).PATH as string) };
    expect(await open(env, "api")).toEqual({
      code: 0,
      out: `${route.browserUrl}\n`,
      err: `note   not opened: ${reason}\n`,
    });
  });

  test.each([
    ["over SSH", { SSH_CONNECTION: "10.0.0.1 5 10.0.0.2 22" }, [], "this is a session over SSH"],
    ["without a display", { DISPLAY: "" }, [], "there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)"],
    ["in a dry run", {}, ["--dry-run"], "this is a dry run"],
  ])("%s it is printed and not opened", async (_, env, flags, reason) => {
    const { path, log } = opener(sandbox, "exit 0");
    expect(await open({ ...onPath(path), ...env }, "api", ...flags)).toEqual({
      code: 0,
      out: `${route.browserUrl}\n`,
      err: `note   not opened: ${reason}\n`,
    });
    expect(existsSync(log)).toBe(false);
  });

  test("which route is meant has to be clear", async () => {
    for (const [label, message] of [
      [undefined, "which route is meant is not clear"],
      ["nope", "mercury has no route nope"],
    ] as const) {
      const { code, out, err } = await open({}, ...(label === undefined ? [] : [label]));
      expect([code, out]).toEqual([2, ""]);
      expect(err).toContain(message);
    }
  });

  test("a route that nothing serves has no URL to open", async () => {
    const { path, log } = opener(sandbox, "exit 0");
    docker("stop", "-t", "0", "e2e-open--mercury-web-1");
    docker("stop", "-t", "0", "cspace-proxy");
    const { code, out, err } = await open(onPath(path), "api");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(
      /^error {2}api has no URL right now: .*\(CSPACE_ROUTE_DOWN\)\nhint {3}start it: cspace up mercury\n$/,
    );
    expect(existsSync(log)).toBe(false);
  });
});
