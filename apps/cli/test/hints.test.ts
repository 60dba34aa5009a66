import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { commands } from "../src/command-table.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folders = ["apps/cli", ...readdirSync(join(root, "packages")).map((name) => `packages/${name}`)];
const words = new Set(commands.map(({ name }) => name.split(" ")[0]));

test.each(folders)("every command that a message of %s tells to type is one", (folder) => {
  const source = join(root, folder, "src");
  const files = readdirSync(source, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".ts"));
  const unknown = files.flatMap((file) => {
    const code = readFileSync(join(source, file), "utf8").replace(/^\s*(\/\*[\s\S]*?\*\/|\/\/.*$)/gm, "");
    const told = [...code.matchAll(/(?:: |[`(])cspace ([a-z]+)\b/g)].map((match) => match[1] ?? "");
    return told.filter((word) => !words.has(word)).map((word) => `${file}: cspace ${word}`);
  });
  expect(unknown).toEqual([]);
});
