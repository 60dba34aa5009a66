import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, engineAnswers, get, httpService, removeLeftovers } from "./harness.ts";

describe.skipIf(!engineAnswers)(
  "the package, installed from its tarball into an empty folder (needs a Docker engine)",
  () => {
    const sandbox = createSandbox();
    beforeAll(removeLeftovers);
    afterAll(sandbox.clean);

    test("`npx cspace up` starts a project and its link opens", async () => {
      const folder = join(sandbox.root, "installed");
      mkdirSync(folder);
      const npm = (cwd: string, ...args: string[]): string =>
        execFileSync("npm", [...args, "--silent"], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
      const tarball = npm(resolve(import.meta.dirname, "../.."), "pack", "--pack-destination", folder);
      npm(folder, "install", "--offline", "--no-audit", "--no-fund", `./${tarball}`);
      const project = sandbox.project("e2e-installed", {
        "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]\n')}`,
      });
      const env = { ...process.env, CSPACE_HOME: sandbox.home };
      const out = execFileSync("npx", ["--no-install", "cspace", "up", "mercury", "--json", "--cwd", project], {
        cwd: folder,
        env,
        encoding: "utf8",
      });
      expect(JSON.parse(out).instance).toMatchObject({ instance: "mercury", state: "running" });
      const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(project, "proxy", "status");
      expect((await get(proxy.httpPort, "web.mercury.e2e-installed.cspace.localhost")).body).toBe("web-3000-mercury");
    });
  },
);
