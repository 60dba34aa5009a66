import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { rooms } from "../arrows.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const packages = readdirSync(join(root, "packages"));
const documents = [
  "CONTRIBUTING.md",
  "apps/cli/README.md",
  ...packages.map((name) => `packages/${name}/README.md`),
  ...readdirSync(join(root, "docs"), { recursive: true }).map((name) => join("docs", String(name))),
].filter((path) => path.endsWith(".md"));

test.each(documents)("every file that %s links to is there", (path) => {
  const links = [...read(path).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map((match) => match[1] ?? "");
  const own = links.map((link) => link.replace("https://github.com/cspace-dev/cspace/blob/main/", "/"));
  const files = own.filter((link) => !/^https?:/.test(link));
  const found = (link: string): boolean =>
    existsSync(link.startsWith("/") ? join(root, link) : join(root, dirname(path), link));
  expect(files.filter((link) => !found(link))).toEqual([]);
});

describe("CONTRIBUTING.md", () => {
  const text = read("CONTRIBUTING.md");

  test("maps every package", () => {
    const mapped = [...text.matchAll(/^\| `((?:packages|apps)\/[^`]+)` \|/gm)].map((match) => match[1]);
    expect(mapped.sort()).toEqual([...packages.map((name) => `packages/${name}`), "apps/cli", "apps/page"].sort());
  });

  test("draws the arrows that are checked", () => {
    const lines = [...text.matchAll(/^ {4}(\w+) +<- (.+)$/gm)].map(
      (match) => [match[1] ?? "", match[2] ?? ""] as const,
    );
    const drawn = new Map(
      lines.map(([name, users]) => [name, users.replace(/, and all that follow.*/, "").split(", ")]),
    );
    expect(drawn.get("all")).toEqual(["cli"]);
    for (const name of packages.filter(
      (one) => !["errors", "instances", "playwright", "agents", "page"].includes(one),
    )) {
      const users = packages.filter((other) => rooms[`@cspace/${other}`]?.uses.includes(`@cspace/${name}`));
      expect(drawn.get(name)?.toSorted(), name).toEqual(users.toSorted());
    }
    // But for those that throw nothing.
    for (const other of packages.filter((one) => !["errors", "doctor", "playwright", "page"].includes(one)))
      expect(rooms[`@cspace/${other}`]?.uses, other).toContain("@cspace/errors");
  });

  test("names commands that there are", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/^\| `npm (?:run )?(\w+)` \|/gm)].map((match) => match[1] ?? "");
    expect(named).toHaveLength(4);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

test("every package is in the first changeset or has been released", () => {
  const changesets = readdirSync(join(root, ".changeset"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => read(join(".changeset", name)))
    .join("\n");
  const folders = [...packages.map((name) => `packages/${name}`), "apps/cli"];
  const unreleased = folders
    .map((folder) => JSON.parse(read(`${folder}/package.json`)))
    .filter(({ version }) => version === "0.0.0");
  expect(unreleased.filter(({ name }) => !changesets.includes(`"${name}": `)).map(({ name }) => name)).toEqual([]);
});
