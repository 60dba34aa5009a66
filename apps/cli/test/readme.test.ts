import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { commands, globalOptions } from "../src/command-table.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README's table has every command, in the order of the help, and no other", () => {
  const rows = [...readme.matchAll(/^\| `cspace ([^`]+)` \|/gm)].map((match) => match[1]);
  const shown = commands.filter(({ hidden }) => hidden !== true);
  expect(rows).toEqual(shown.map(({ name, args }) => [name, ...args.map(([notation]) => notation)].join(" ")));
});

test("it names every flag that all commands take", () => {
  for (const { flags } of globalOptions) expect(readme).toContain(`\`${flags.replace(/^-\w, /, "")}\``);
});
