import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type PlanAgentsOptions, planAgents, planAgentsRemoval, readAgents, writeAgentsRecord } from "@cspace/agents";
import { homePaths } from "@cspace/compose";
import { applyPlan } from "@cspace/plan";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let root: string;
let directory: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cspace-agents-"));
  directory = join(root, "shop");
  mkdirSync(directory);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const options = (more: Partial<PlanAgentsOptions> = {}): PlanAgentsOptions => ({
  ...{ paths: homePaths({ env: { CSPACE_HOME: join(root, "home") } }), directory, command: ["cspace"] },
  instance: {
    ...{ project: "shop", instance: "mercury" },
    routes: [{ label: "dev", url: "http://dev.mercury.shop.cspace.local" }],
  },
  domains: ["cspace.local", "cspace.localhost"],
  ...more,
});

async function install(more?: Partial<PlanAgentsOptions>) {
  const { plan, record } = await planAgents(options(more));
  await writeAgentsRecord(options().paths, record);
  await applyPlan(plan);
}

async function uninstall(more?: Partial<PlanAgentsOptions>) {
  const { plan, record } = await planAgentsRemoval(options(more));
  await applyPlan(plan);
  await writeAgentsRecord(options().paths, record);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}
const read = (path: string): string => readFileSync(join(directory, path), "utf8");

/** Every file and folder with its bytes. */
function snapshot(folder = directory, prefix = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory())
      Object.assign(found, { [`${prefix}${name}/`]: "" }, snapshot(path, `${prefix}${name}/`));
    else found[prefix + name] = readFileSync(path, "latin1");
  }
  return found;
}

const states = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await readAgents(options())).map(({ path, state }) => [path, state]));

test("an empty project is told everything in the form of each harness, and is empty again afterwards", async () => {
  await install();
  expect(Object.keys(snapshot()).filter((path) => !path.endsWith("/"))).toEqual([
    ".claude/launch.json",
    ".claude/settings.local.json",
    ".claude/skills/cspace/SKILL.md",
    ".cursor/mcp.json",
    ".cursor/rules/cspace.mdc",
    ".mcp.json",
    "AGENTS.md",
  ]);
  expect(JSON.parse(read(".mcp.json"))).toEqual({ mcpServers: { cspace: { command: "cspace", args: ["mcp"] } } });
  expect(JSON.parse(read(".cursor/mcp.json"))).toEqual({
    mcpServers: { cspace: { command: "cspace", args: ["mcp"] } },
  });
  expect(JSON.parse(read(".claude/launch.json"))).toEqual({
    version: "0.0.1",
    configurations: [{ name: "cspace dev", url: "http://dev.mercury.shop.cspace.local" }],
  });
  expect(JSON.parse(read(".claude/settings.local.json"))).toEqual({
    sandbox: { network: { allowedDomains: ["*.mercury.shop.cspace.local", "*.mercury.shop.cspace.localhost"] } },
  });
  expect(read(".claude/skills/cspace/SKILL.md")).toMatch(/^---\nname: cspace\ndescription: .{40,}\n---\n/);
  expect(read(".cursor/rules/cspace.mdc")).toMatch(/^---\ndescription: .{40,}\nalwaysApply: false\n---\n/);
  expect(new Set(Object.values(await states()))).toEqual(new Set(["installed"]));
  // Once more changes nothing.
  expect((await planAgents(options())).plan.steps).toEqual([]);
  await uninstall();
  expect(snapshot()).toEqual({});
});

describe("what is there already", () => {
  const before = {
    "AGENTS.md": "# Ours\n\nNo newline at the end",
    ".mcp.json": '{\r\n\t"mcpServers": {\r\n\t\t"other": { "command": "x" }\r\n\t}\r\n}\r\n',
    ".cursor/mcp.json": '{"mcpServers":{}}',
    ".claude/launch.json": '{ "version": "0.0.1", "configurations": [{ "name": "web", "port": 3000 }] } // mine\n',
    ".claude/settings.local.json": '{\n    "permissions": {},\n    "sandbox": { "enabled": true }\n}',
  };

  test("stays, and is the same to the byte afterwards", async () => {
    for (const [path, text] of Object.entries(before)) write(path, text);
    const all = snapshot();
    await install();
    expect(read("AGENTS.md").startsWith(before["AGENTS.md"])).toBe(true);
    expect(read(".mcp.json")).toContain('"other": { "command": "x" }');
    expect(read(".claude/launch.json")).toContain('"name": "web"');
    expect(JSON.parse(read(".claude/settings.local.json"))).toMatchObject({
      permissions: {},
      sandbox: { enabled: true, network: { allowedDomains: [expect.any(String), expect.any(String)] } },
    });
    await uninstall();
    expect(snapshot()).toEqual(all);
  });

  test("is the same though it was told twice, of another instance the second time", async () => {
    for (const [path, text] of Object.entries(before)) write(path, text);
    const all = snapshot();
    await install();
    const instance = {
      project: "shop",
      instance: "venus",
      routes: [{ label: "api", url: "http://api.venus.shop.cspace.local" }],
    };
    await install({ instance });
    expect(read(".claude/launch.json")).not.toContain("mercury");
    expect(read(".claude/settings.local.json")).not.toContain("mercury");
    await uninstall({ instance });
    expect(snapshot()).toEqual(all);
  });

  test("what was written since is kept, and what is cspace's is taken out of it", async () => {
    for (const [path, text] of Object.entries(before)) write(path, text);
    await install();
    write("AGENTS.md", `${read("AGENTS.md")}\nMore of ours.\n`);
    write(".mcp.json", read(".mcp.json").replace('"other"', '"another"'));
    await uninstall();
    expect(read("AGENTS.md")).toBe(`${before["AGENTS.md"]}\nMore of ours.\n`);
    expect(JSON.parse(read(".mcp.json"))).toEqual({ mcpServers: { another: { command: "x" } } });
  });

  test("goes without a record too, as far as it is cspace's", async () => {
    write("AGENTS.md", before["AGENTS.md"]);
    await install();
    rmSync(join(root, "home"), { recursive: true });
    await uninstall();
    expect(read("AGENTS.md")).toBe(before["AGENTS.md"]);
    expect(Object.keys(snapshot()).filter((path) => !path.endsWith("/"))).toEqual(["AGENTS.md"]);
  });

  test("in the place of cspace's it is left alone, and said to be somebody's", async () => {
    write(".claude/skills/cspace/SKILL.md", "my own skill\n");
    write(".mcp.json", '{ "mcpServers": { "cspace": { "command": "something-else" } } }\n');
    write(".claude/launch.json", '{ "configurations": "none" }\n');
    await install();
    const { ".claude/skills/cspace/SKILL.md": skill, ".mcp.json": mcp, ".claude/launch.json": launch } = await states();
    expect([skill, mcp, launch]).toEqual(["foreign", "foreign", "foreign"]);
    expect(read(".claude/skills/cspace/SKILL.md")).toBe("my own skill\n");
    expect(read(".mcp.json")).toContain("something-else");
    await uninstall();
    expect(read(".mcp.json")).toContain("something-else");
    expect(read(".claude/skills/cspace/SKILL.md")).toBe("my own skill\n");
  });
});

test("what was told of an instance goes too when that is gone, with and without a record", async () => {
  await install();
  await uninstall({ instance: null });
  expect(snapshot()).toEqual({});
  await install();
  rmSync(join(root, "home"), { recursive: true });
  await uninstall({ instance: null });
  expect(Object.keys(snapshot()).filter((path) => !path.endsWith("/"))).toEqual([]);
});

test("without an instance its URLs are told to nobody; one harness alone is told, and untold", async () => {
  await install({ instance: null, harnesses: ["claude"] });
  expect(Object.keys(snapshot()).filter((path) => !path.endsWith("/"))).toEqual([
    ".claude/skills/cspace/SKILL.md",
    ".mcp.json",
  ]);
  await install({ instance: null, harnesses: ["agents"] });
  await uninstall({ instance: null, harnesses: ["claude"] });
  expect(Object.keys(snapshot()).filter((path) => !path.endsWith("/"))).toEqual(["AGENTS.md"]);
  await uninstall({ instance: null });
  expect(snapshot()).toEqual({});
});

test("a file that is no JSON object stops it, and nothing is changed", async () => {
  write(".mcp.json", "[]");
  const all = snapshot();
  await expect(planAgents(options())).rejects.toMatchObject({ code: "CSPACE_AGENT_FILE_INVALID" });
  expect(snapshot()).toEqual(all);
});

test("an entry that calls cspace by another path is brought up to date", async () => {
  write(
    ".mcp.json",
    '{ "mcpServers": { "cspace": { "command": "/usr/bin/node", "args": ["/opt/bin/cspace.js", "mcp"] } } }',
  );
  expect((await states())[".mcp.json"]).toBe("outdated");
  await install();
  expect(JSON.parse(read(".mcp.json")).mcpServers.cspace).toEqual({ command: "cspace", args: ["mcp"] });
});
