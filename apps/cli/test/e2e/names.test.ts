import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, get, httpService, removeLeftovers } from "./harness.ts";

interface Document {
  readonly instance: { readonly project: string; readonly instance: string };
}

const composeFile = `services:\n${httpService("app", [3000], "    expose: [3000]")}`;
const settings = (project: string): Record<string, string> => ({
  "compose.yaml": composeFile,
  ".cspace.json": JSON.stringify({ project }),
});

describe.skipIf(!engineAnswers)("names that users give (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  let httpPort: number;
  beforeAll(async () => {
    removeLeftovers();
    const folder = sandbox.project("e2e-plain", { "compose.yaml": composeFile });
    ({ httpPort } = (await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "up")).proxy);
  });
  afterAll(sandbox.clean);

  test("any name serves under a slug of at most 63 characters, and finds its instance again", async () => {
    const cases = [
      ["E2E_Shop.v2", "Feature/Auth_2.0", "e2e-shop-v2", "feature-auth-2-0"],
      ["e2e 🚀", "..", "e2e", /^x-[0-9a-f]{8}$/],
      [`e2e-${"Long Name ".repeat(20)}`, "🚀".repeat(100), /^e2e-long-name-[a-z-]+-[0-9a-f]{8}$/, /^x-[0-9a-f]{8}$/],
      [`e2e-${"p".repeat(59)}`, "i".repeat(200), /^e2e-p{59}$/, /^i{54}-[0-9a-f]{8}$/],
    ] as const;
    await Promise.all(
      cases.map(async ([project, instance, projectSlug, instanceSlug], index) => {
        const folder = sandbox.project(`e2e-folder-${index}`, settings(project));
        const { instance: started } = await sandbox.json<Document>(folder, "up", instance);
        expect(started.project).toMatch(projectSlug);
        expect(started.instance).toMatch(instanceSlug);
        expect(started.project.length).toBeLessThanOrEqual(63);
        expect(started.instance.length).toBeLessThanOrEqual(63);
        const answer = await get(httpPort, `app.${started.instance}.${started.project}.cspace.local`);
        expect(answer.body).toBe(`app-3000-${started.instance}`);
        const { route } = await sandbox.json<{ route: { health: string } }>(folder, "url", "--instance", instance);
        expect(route.health).toBe("up");
        await sandbox.json(folder, "down", instance);
        expect(docker("network", "ls", "-q", "--filter", `name=cspace-${started.project}$`)).toBe("");
      }),
    );
  });

  test("an empty name is refused", async () => {
    const folder = join(sandbox.root, "e2e-plain");
    for (const args of [
      ["up", ""],
      ["up", "--instance", " "],
      ["down", ""],
      ["up", "--project", ""],
    ]) {
      const refused = await sandbox.cspace(folder, ...args);
      expect([args, refused.code, refused.err]).toEqual([args, 2, expect.stringContaining("(CSPACE_NAME_EMPTY)")]);
    }
  });

  test("two instances whose names come to one slug are refused, naming both", async () => {
    const folder = join(sandbox.root, "e2e-plain");
    await sandbox.json(folder, "up", "feature/auth");
    const refused = await sandbox.cspace(folder, "up", "feature_auth");
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/"feature_auth".* feature-auth.*"feature\/auth" \(CSPACE_NAME_TAKEN\)/);
    // Down, its volumes may still be there: the name stays its own.
    await sandbox.json(folder, "down", "feature/auth");
    expect((await sandbox.cspace(folder, "up", "feature_auth")).err).toMatch(/"feature\/auth" \(CSPACE_NAME_TAKEN\)/);
    await sandbox.json(folder, "down", "feature-auth", "--volumes");
  });

  test("two projects whose names come to one slug are refused, naming both, and nothing is made of the second", async () => {
    const first = sandbox.project("e2e-first", settings("e2e_Twin"));
    const second = sandbox.project("e2e-second", settings("e2e.twin"));
    await sandbox.json(first, "up");
    for (const args of [["up"], ["up", "mercury"], ["up", "--new"]]) {
      const refused = await sandbox.cspace(second, ...args);
      expect([args, refused.code, refused.err]).toEqual([
        args,
        2,
        expect.stringMatching(/"e2e\.twin".* e2e-twin.*"e2e_Twin" \(CSPACE_NAME_TAKEN\)/),
      ]);
    }
    expect(docker("ps", "-aq", "--filter", "label=cspace.project=e2e-twin").split("\n")).toHaveLength(1);
    expect((await sandbox.json<Document>(first, "up", "--new")).instance.instance).toBe("venus");
    await sandbox.json(first, "down", "--all", "--volumes");
  });

  test("a linked worktree is an instance of the main one's project, named after its branch", async () => {
    const main = sandbox.project("e2e-git", { "compose.yaml": composeFile });
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    const git = (...args: string[]): void =>
      void execFileSync("git", [...identity, ...args], { cwd: main, stdio: "ignore" });
    git("init", "-b", "main");
    git("add", ".");
    git("commit", "-m", "first");
    git("worktree", "add", "-b", "feature/Auth", "../e2e-elsewhere");
    const linked = join(sandbox.root, "e2e-elsewhere");
    expect((await sandbox.json<Document>(main, "up")).instance).toMatchObject({
      project: "e2e-git",
      instance: "mercury",
    });
    expect((await sandbox.json<Document>(linked, "up")).instance).toMatchObject({
      project: "e2e-git",
      instance: "feature-auth",
    });
    expect((await get(httpPort, "app.feature-auth.e2e-git.cspace.local")).body).toBe("app-3000-feature-auth");
    await sandbox.json(linked, "down");
    expect((await get(httpPort, "app.mercury.e2e-git.cspace.local")).body).toBe("app-3000-mercury");
  });
});
