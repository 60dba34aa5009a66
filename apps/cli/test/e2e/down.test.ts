import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox, docker, engineAnswers, get, httpService, removeLeftovers } from "./harness.ts";

interface Document {
  readonly instance: { readonly instance: string };
}

const composeFile = `services:
${httpService("app", [3000], "    expose: [3000]\n    volumes: [data:/data]")}volumes: { data: {} }
`;

describe.skipIf(!engineAnswers)("`cspace down` (needs a Docker engine)", () => {
  const sandbox = createSandbox();
  beforeAll(removeLeftovers);
  afterAll(sandbox.clean);

  const names = (kind: "network" | "volume", filter: string): string[] =>
    docker(kind, "ls", "--format", "{{.Name}}", "--filter", `name=${filter}`).split("\n").filter(Boolean).sort();
  const data = (instance: string, command: string): string =>
    docker("exec", `e2e-shop--${instance}-app-1`, "sh", "-c", command);
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      cwd,
      encoding: "utf8",
      stdio: "pipe",
    });
  const up = async (folder: string, ...args: string[]): Promise<string> =>
    (await sandbox.json<Document>(folder, "up", ...args)).instance.instance;

  test("leaves other instances alone, keeps volumes for their directory, and takes the network with the last one", async () => {
    const folder = sandbox.project("e2e-shop", { "compose.yaml": composeFile });
    git(folder, "init", "--quiet");
    git(folder, "add", ".");
    git(folder, "commit", "--quiet", "-m", "first");
    expect([await up(folder), await up(folder, "--new")]).toEqual(["mercury", "venus"]);
    data("mercury", "echo ours > /data/owner");
    const { proxy } = await sandbox.json<{ proxy: { httpPort: number } }>(folder, "proxy", "status");
    const venus = docker("inspect", "e2e-shop--venus-app-1", "--format", "{{.Id}} {{.State.StartedAt}}");

    const ambiguous = await sandbox.cspace(folder, "down");
    expect([ambiguous.code, ambiguous.err]).toEqual([
      2,
      expect.stringMatching(/mercury, venus \(CSPACE_INSTANCE_AMBIGUOUS\)/),
    ]);
    await sandbox.json(folder, "down", "mercury");
    expect(docker("inspect", "e2e-shop--venus-app-1", "--format", "{{.Id}} {{.State.StartedAt}}")).toBe(venus);
    expect((await get(proxy.httpPort, "app.venus.e2e-shop.cspace.local")).body).toBe("app-3000-venus");
    expect((await get(proxy.httpPort, "app.mercury.e2e-shop.cspace.local")).status).toBe(404);
    expect(names("network", "e2e-shop")).toEqual(["cspace-e2e-shop", "e2e-shop--venus_default"]);
    await sandbox.json(folder, "down", "venus", "--volumes");
    expect(names("network", "e2e-shop")).toEqual([]);
    expect(names("volume", "e2e-shop")).toEqual(["e2e-shop--mercury_data"]);

    expect(await up(folder)).toBe("mercury");
    expect(data("mercury", "cat /data/owner")).toBe("ours");
    await sandbox.json(folder, "down");
  });

  test("never hands the volumes that it kept to another checkout of the project", async () => {
    const other = join(sandbox.root, "e2e-other");
    git(join(sandbox.root, "e2e-shop"), "worktree", "add", "--quiet", "--detach", other);
    const refused = await sandbox.cspace(other, "up", "mercury");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(`belongs to ${join(sandbox.root, "e2e-shop")} (CSPACE_INSTANCE_TAKEN)`);
    expect(refused.err).toContain("cspace down mercury --volumes");
    // A home that knows nothing of the first directory goes by the volumes themselves.
    const strange = { CSPACE_HOME: join(sandbox.root, "other-home") };
    const asked = await sandbox.cspaceWith(strange, other, "up", "mercury");
    expect([asked.code, asked.err]).toEqual([4, expect.stringContaining("CSPACE_CONFIRMATION_NEEDED")]);
    expect(await up(other)).toBe("venus");
    expect(data("venus", "ls /data")).toBe("");
    await sandbox.json(other, "down", "--volumes");
    const planet = await sandbox.cspaceWith(strange, other, "up", "--json");
    expect((JSON.parse(planet.out) as Document).instance.instance).toBe("venus");
    await sandbox.json(other, "down", "venus", "--volumes");
  });

  test("`--volumes` removes the volumes of an instance that is down already, and frees its name", async () => {
    const folder = join(sandbox.root, "e2e-shop");
    expect(names("volume", "e2e-shop")).toEqual(["e2e-shop--mercury_data"]);
    expect((await sandbox.cspace(folder, "down")).code).toBe(2);
    await sandbox.json(folder, "down", "--volumes");
    expect(names("volume", "e2e-shop")).toEqual([]);
    expect(await up(join(sandbox.root, "e2e-other"))).toBe("mercury");
  });

  test("`--all` removes every instance of the project, and with `--volumes` those that are down too", async () => {
    const folder = join(sandbox.root, "e2e-shop");
    expect([await up(folder), await up(folder, "--new")]).toEqual(["venus", "earth"]);
    await sandbox.json(folder, "down", "earth");
    const bystander = sandbox.project("e2e-bystander", { "compose.yaml": composeFile });
    await up(bystander);
    await sandbox.json(folder, "down", "--all");
    expect(docker("ps", "-aq", "--filter", "label=cspace.project=e2e-shop")).toBe("");
    expect(names("volume", "e2e-shop")).toHaveLength(3);
    const all = await sandbox.json<{ instances: { instance: string }[] }>(folder, "down", "--all", "--volumes");
    expect(all.instances.map(({ instance }) => instance).sort()).toEqual(["earth", "mercury", "venus"]);
    expect([names("volume", "e2e-shop"), names("network", "e2e-shop")]).toEqual([[], []]);
    expect(names("volume", "e2e-bystander")).toEqual(["e2e-bystander--mercury_data"]);
    expect(docker("inspect", "e2e-bystander--mercury-app-1", "--format", "{{.State.Status}}")).toBe("running");
  });

  test("works when the directory is gone", async () => {
    const folder = join(sandbox.root, "e2e-bystander");
    rmSync(folder, { recursive: true });
    const lost = await sandbox.cspace(sandbox.root, "down", "mercury", "--cwd", folder);
    expect([lost.code, lost.err]).toEqual([
      2,
      expect.stringContaining(`${folder} does not exist (CSPACE_PROJECT_NOT_FOUND)`),
    ]);
    const listed = await sandbox.json<{ instances: { directory: string }[] }>(sandbox.root, "list", "--all");
    const own = listed.instances.filter(({ directory }) => directory.startsWith(sandbox.root));
    expect(own).toMatchObject([{ directory: folder }]);
    await sandbox.json(sandbox.root, "down", "mercury", "--project", "e2e-bystander", "--volumes");
    expect([names("volume", "e2e-bystander"), names("network", "e2e-bystander")]).toEqual([[], []]);
    expect(existsSync(folder)).toBe(false);
  });
});
