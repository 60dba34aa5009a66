import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Context, GlobalFlags } from "../../src/context.ts";
import { CommandFailure } from "../../src/output/command-failure.ts";
import { Output } from "../../src/output/output.ts";
import { changeStatusline, renderStatusline, type StatuslineDocument } from "../../src/statusline/change-statusline.ts";

let home = "";
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "cspace-statusline-")));
});
afterEach(() => {
  for (const path of [home, `${home}-cspace`]) rmSync(path, { recursive: true, force: true });
});

interface Change {
  readonly document: Promise<StatuslineDocument>;
  readonly err: () => string;
}

function change(
  action: "install" | "uninstall",
  options: { flags?: Partial<GlobalFlags>; env?: NodeJS.ProcessEnv; answer?: string; script?: string } = {},
): Change {
  const { flags = { yes: true }, env = {}, answer, script = "/opt/cspace.js" } = options;
  const written: string[] = [];
  const stderr = { write: (text: string) => written.push(text) };
  const [input, output] = [new PassThrough(), new PassThrough()];
  output.on("data", (chunk) => {
    written.push(String(chunk));
    if (answer !== undefined && String(chunk).includes("?")) setTimeout(() => input.write(answer), 20);
  });
  const context = {
    cwd: home,
    // What is made on the way is kept in cspace's home, which is no user's here.
    env: { CSPACE_HOME: `${home}-cspace`, ...env },
    flags,
    signal: new AbortController().signal,
    terminal: answer === undefined ? undefined : { input, output },
    output: new Output({ stdout: stderr, stderr, json: false, quiet: false, color: false }),
  } as unknown as Context;
  const document = changeStatusline(context, action, { homedir: home, node: "/opt/node", script });
  return { document, err: () => written.join("") };
}

const causeOf = (document: Promise<unknown>): Promise<unknown> =>
  document.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: unknown) => (error instanceof CommandFailure ? error.cause : error),
  );

const settings = (): string => join(home, ".claude/settings.json");
const write = (content: string): void => {
  mkdirSync(join(home, ".claude"), { recursive: true });
  writeFileSync(settings(), content);
};

test("installed where nothing was, again, and taken out", async () => {
  const first = change("install");
  const command = "/opt/node /opt/cspace.js statusline";
  expect(await first.document).toEqual({ statusline: { file: settings(), command, state: "installed" } });
  expect(first.err()).toContain(`create directory ${home}/.claude\n`);
  expect(first.err()).toContain('+    "command": "/opt/node /opt/cspace.js statusline",\n');
  const again = await change("install", { flags: {} }).document;
  expect(again).toEqual({ statusline: { file: settings(), command, state: "present" } });
  expect(renderStatusline(again)).toBe(`the status line is installed already: ${settings()}`);
  const out = await change("uninstall").document;
  expect(out).toEqual({ statusline: { file: settings(), command: null, state: "removed" } });
  expect(readdirSync(join(home, ".claude"))).toEqual([]);
  const gone = await change("uninstall", { flags: {} }).document;
  expect(gone).toEqual({ statusline: { file: settings(), command: null, state: "absent" } });
});

test("beside an old one, which comes back", async () => {
  const before = '{ "statusLine": { "type": "command", "command": "date" } }';
  write(before);
  chmodSync(settings(), 0o600);
  const installed = await change("install").document;
  expect(installed).toMatchObject({ statusline: { command: "/opt/node /opt/cspace.js statusline --beside 'date'" } });
  expect(statSync(settings()).mode & 0o777).toBe(0o600);
  const removed = await change("uninstall").document;
  expect(removed).toEqual({ statusline: { file: settings(), command: "date", state: "removed" } });
  expect(renderStatusline(removed)).toBe(`the status line is the old one again: ${settings()}`);
  expect(readFileSync(settings(), "utf8")).toBe(before);
  expect(renderStatusline(await change("uninstall").document)).toContain("is not cspace's");
});

test("CLAUDE_CONFIG_DIR says where, and every missing folder is made", async () => {
  const env = { CLAUDE_CONFIG_DIR: join(home, "a/b") };
  expect(await change("install", { env }).document).toMatchObject({
    statusline: { file: join(home, "a/b/settings.json") },
  });
  expect(existsSync(join(home, "a/b/settings.json"))).toBe(true);
  expect(existsSync(settings())).toBe(false);
});

test.each(["{ }\n", null])("a symbolic link stays one, also to what is not there yet (%j)", async (content) => {
  mkdirSync(join(home, ".claude"));
  const target = join(home, "dotfiles/claude.json");
  symlinkSync("../dotfiles/claude.json", settings());
  if (content !== null) {
    mkdirSync(join(home, "dotfiles"));
    writeFileSync(target, content);
  }
  await change("install").document;
  expect(readFileSync(target, "utf8")).toContain("statusline");
  await change("uninstall").document;
  expect(lstatSync(settings()).isSymbolicLink()).toBe(true);
  expect(existsSync(target) ? readFileSync(target, "utf8") : null).toBe(content);
});

describe("asked for", () => {
  test("yes and no", async () => {
    write("{ }");
    const no = change("install", { flags: {}, answer: "n" });
    expect(await causeOf(no.document)).toMatchObject({ code: "CSPACE_DECLINED" });
    expect(readFileSync(settings(), "utf8")).toBe("{ }");
    await change("install", { flags: {}, answer: "y" }).document;
    expect(readFileSync(settings(), "utf8")).toContain("statusline");
  });

  test("without a terminal it is shown, and nothing is changed", async () => {
    const { document, err } = change("install", { flags: {} });
    expect(await causeOf(document)).toMatchObject({ code: "CSPACE_CONFIRMATION_NEEDED" });
    expect(err()).toContain(`create ${settings()}`);
    expect(existsSync(join(home, ".claude"))).toBe(false);
  });

  test("a dry run gives the plan alone", async () => {
    const data = await change("install", { flags: { dryRun: true } }).document;
    expect(data).toMatchObject({
      plan: {
        version: 1,
        steps: [
          { kind: "directory", path: join(home, ".claude") },
          { kind: "file", path: settings(), before: null },
        ],
      },
    });
    expect(renderStatusline(data)).toContain(`create ${settings()}`);
    expect(existsSync(join(home, ".claude"))).toBe(false);
  });
});

test("from a cache of npx it is installed, with a word about it", async () => {
  const { document, err } = change("install", { script: "/home/ada/.npm/_npx/1f/node_modules/.bin/cspace" });
  await document;
  expect(err()).toContain("npm install --global @cspace/cli");
  expect(readFileSync(settings(), "utf8")).toContain("/_npx/");
});

describe("refused, and nothing is written", () => {
  test.each([
    ["{ nonsense", "CSPACE_CLAUDE_SETTINGS_INVALID"],
    ['{ "statusLine": "date" }', "CSPACE_STATUSLINE_UNKNOWN"],
  ])("%s", async (content, code) => {
    write(content);
    const error = await causeOf(change("install").document);
    expect(error).toMatchObject({ code, message: expect.stringContaining(settings()), hint: expect.any(String) });
    expect(readFileSync(settings(), "utf8")).toBe(content);
  });

  test("what cannot be read", async () => {
    mkdirSync(settings(), { recursive: true });
    expect(await causeOf(change("install").document)).toMatchObject({
      code: "CSPACE_FILE_UNREADABLE",
      message: expect.stringContaining(settings()),
    });
  });

  test.skipIf(process.platform !== "linux")("what leads to where nothing can be made", async () => {
    mkdirSync(join(home, ".claude"));
    symlinkSync("/proc/cspace/settings.json", settings());
    expect(await causeOf(change("install").document)).toMatchObject({
      code: "CSPACE_PLAN_FAILED",
      message: expect.stringMatching(/\/proc\/cspace: .*; nothing is changed/),
    });
  });

  test.skipIf(process.getuid?.() === 0)("what cannot be written", async () => {
    write("{ }");
    chmodSync(join(home, ".claude"), 0o500);
    const error = await causeOf(change("install").document);
    chmodSync(join(home, ".claude"), 0o700);
    expect(error).toMatchObject({
      code: "CSPACE_PLAN_FAILED",
      message: expect.stringMatching(/settings\.json: permission denied; nothing is changed/),
    });
    expect(readFileSync(settings(), "utf8")).toBe("{ }");
  });
});
