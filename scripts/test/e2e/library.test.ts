import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, engineAnswers, get, httpService, removeLeftovers } from "../../../apps/cli/test/e2e/harness.ts";
import { startPnpm } from "../../pnpm.mjs";
import { extractBlocks } from "../readme-blocks.ts";

const root = resolve(import.meta.dirname, "../../..");
const readme = readFileSync(join(root, "packages/instances/README.md"), "utf8");
const [globalSetup, smoke] = extractBlocks(readme).map(({ code }) => code);

/** What the program of {@link main} prints. */
interface Printed {
  readonly base: string;
  readonly running: readonly string[];
  readonly answer: string;
  readonly statuses: Readonly<Record<string, number>>;
  readonly left: readonly unknown[];
}

const main = `
import { type Instance, listInstances } from "@cspace/instances";
import globalSetup from "./global-setup.js";
import { smoke } from "./smoke.js";

const teardown = await globalSetup();
const base: string = process.env.BASE_URL ?? "";
const running: Instance[] = await listInstances();
const answer = await (await fetch(base)).text();
await teardown();
const statuses = await smoke(process.cwd());
const left = await listInstances();
const printed = { base, running: running.map(({ instance, state }) => \`\${instance} \${state}\`), answer, statuses, left };
process.stdout.write(JSON.stringify(printed));
process.exit();
`;

/** Packs the libraries, and installs them into a folder outside of the workspace, with a program that uses them. */
async function install(folder: string): Promise<void> {
  mkdirSync(folder);
  const pack = startPnpm(["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", folder], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [status] = await once(pack, "close");
  if (status !== 0) throw new Error(`the libraries could not be packed: pnpm exited ${status}`);
  const tarballs = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  const nameOf = (tarball: string): string => tarball.replace(/^cspace-(.+)-\d+\.\d+\.\d+\.tgz$/, "@cspace/$1");
  const dependencies = Object.fromEntries(tarballs.map((name) => [nameOf(name), `file:./${name}`]));
  const compilerOptions = { module: "nodenext", target: "es2023", strict: true, skipLibCheck: false, types: ["node"] };
  const typeRoots = [join(root, "node_modules/@types")];
  const files = {
    "package.json": JSON.stringify({ type: "module", dependencies }),
    "tsconfig.json": JSON.stringify({ compilerOptions: { ...compilerOptions, typeRoots }, include: ["*.ts"] }),
    "global-setup.ts": globalSetup as string,
    "smoke.ts": smoke as string,
    "main.ts": main,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const npm = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--silent"];
  execFileSync("npm", npm, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}

describe.skipIf(!engineAnswers)(
  "a program outside of the workspace, with the packed libraries alone (needs a Docker engine, and the package registry)",
  () => {
    const sandbox = createSandbox();
    const folder = join(sandbox.root, "program");
    const runIn = (cwd: string): Printed => {
      const env = { ...process.env, CSPACE_HOME: sandbox.home };
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, "main.js")], {
        cwd,
        env,
        encoding: "utf8",
      });
      expect(status, stderr).toBe(0);
      return JSON.parse(stdout);
    };
    beforeAll(async () => {
      removeLeftovers();
      await install(folder);
    });
    afterAll(sandbox.clean);

    test("the code of the README compiles with the types that are published", () => {
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const { stdout } = spawnSync(process.execPath, [tsc, "-p", "."], { cwd: folder, encoding: "utf8" });
      expect(stdout).toBe("");
    });

    test("it brings containers up, reads their URLs, and takes them down", async () => {
      const project = sandbox.project("e2e-library", {
        "compose.yaml": `services:\n${httpService("web", [3000], '    ports: ["3000"]\n')}`,
      });
      expect(runIn(project)).toEqual({
        base: expect.stringMatching(/^http:\/\/(localhost:\d+|web\.e2e\.e2e-library\.cspace\.\w+(:\d+)?)$/),
        running: ["e2e running"],
        answer: "web-3000-e2e\n",
        statuses: { web: 200 },
        left: [],
      });
      const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(project, "proxy", "status");
      expect((await get(proxy.httpPort, "web.e2e.e2e-library.cspace.localhost")).status).toBe(404);
    });

    test("it holds processes in the daemon that the library brings", () => {
      const project = sandbox.project("e2e-library-process", {
        "package.json": '{ "scripts": { "dev": "node server.mjs" } }',
        "server.mjs": `
          import { createServer } from "node:http";
          createServer((_, response) => response.end(process.env.CSPACE_INSTANCE)).listen(process.env.PORT, process.env.HOST);
        `,
      });
      expect(runIn(project)).toMatchObject({
        running: ["e2e running"],
        answer: "e2e",
        statuses: { dev: 200 },
        left: [],
      });
    });
  },
);
