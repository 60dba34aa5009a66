import { findScript } from "@cspace/processes";
import { expect, test } from "vitest";

const callable = {
  scripts: { dev: "vite", docs: "astro dev" },
  packages: [{ name: "web", folder: "apps/web", scripts: { dev: "next dev" } }],
};

test.each([
  ["npm run dev", "vite"],
  ["pnpm dev -- --open", "vite"],
  ["node --run docs", "astro dev"],
  ["tsc && yarn docs", "astro dev"],
  ["deno task dev", "vite"],
  ["deno run dev", null],
  ["npm run other", null],
  ["npm run dev --workspace=web", "next dev"],
  ["npm run dev --workspace=api", null],
  ["vite", null],
  ["(npm run dev)", null],
])("%s calls %j", (command, text) => {
  expect(findScript(command, callable)).toBe(text);
});
