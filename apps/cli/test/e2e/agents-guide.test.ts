import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bin, createSandbox, engineAnswers, prefix, removeLeftovers } from "./harness.ts";

const guide = readFileSync(resolve(import.meta.dirname, "../../../../docs/agents.md"), "utf8");
const blocks = [...guide.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? "");

describe.skipIf(!engineAnswers)(
  "the commands of docs/agents.md, from nothing to verified URLs (needs a Docker engine)",
  () => {
    const sandbox = createSandbox();
    const name = `${prefix}shop`;
    let folder: string;

    const run = (script: string) => {
      const tools = join(sandbox.root, "bin");
      mkdirSync(tools, { recursive: true });
      writeFileSync(join(tools, "cspace"), `#!/bin/sh\nexec ${process.execPath} ${bin} "$@"\n`);
      chmodSync(join(tools, "cspace"), 0o755);
      const env = { ...process.env, CSPACE_HOME: sandbox.home, PATH: `${tools}:${process.env.PATH}`, NO_COLOR: "1" };
      const { status, stdout, stderr } = spawnSync("sh", ["-e", "-c", script], {
        cwd: folder,
        env,
        encoding: "utf8",
        timeout: 110_000,
      });
      return { status, text: `${stdout}\n${stderr}` };
    };

    beforeAll(() => {
      removeLeftovers();
      folder = sandbox.project("shop", {
        ".cspace.json": JSON.stringify({ project: name, processes: { web: { command: "node server.cjs" } } }),
        "server.cjs": `require("node:http").createServer((q, s) => s.end(process.cwd())).listen(process.env.PORT, process.env.HOST)`,
      });
      const git = (...args: string[]): unknown => execFileSync("git", args, { cwd: folder, stdio: "ignore" });
      git("init", "-q", "-b", "main");
      git("add", ".");
      git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one");
    });
    afterAll(sandbox.clean);

    test("two worktrees are started, told to their agents, and verified", () => {
      const { status, text } = run(blocks[0] ?? "");
      expect(text).toMatch(/verified {2}\S+ is \S+shop-search \(search, [0-9a-f]{10}/);
      expect(text).toMatch(/verified {2}\S+ is \S+shop-cart \(cart, [0-9a-f]{10}/);
      expect(status).toBe(0);
      const settings = readFileSync(join(sandbox.root, "shop-search/.claude/settings.local.json"), "utf8");
      expect(JSON.parse(settings).sandbox.network.allowedDomains).toContain(`*.search.${name}.cspace.local`);
      const { configurations } = JSON.parse(readFileSync(join(sandbox.root, "shop-cart/.claude/launch.json"), "utf8"));
      expect(configurations).toMatchObject([{ name: "cspace web", url: expect.stringContaining(`web.cart.${name}.`) }]);
    });

    test("a merged one goes, with all that it had", () => {
      const { status, text } = run(blocks[1] ?? "");
      expect({ status, text }).toMatchObject({ status: 0 });
      expect(existsSync(join(sandbox.root, "shop-search"))).toBe(false);
      const list = run("cspace list --json").text;
      expect(list).toContain("shop-cart");
      expect(list).not.toContain("shop-search");
    });
  },
);
