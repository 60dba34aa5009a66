import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const source = join(import.meta.dirname, "../src");

test("every hop is in the documentation", () => {
  const code = readdirSync(source, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(source, name), "utf8").replace(/^\s*(\/\*[\s\S]*?\*\/|\/\/.*$)/gm, ""))
    .join("\n");
  const direct = [...code.matchAll(/(?:found|well)\(\s*"([a-z-]+)"/g)].map(([, id]) => id as string);
  const named = [...code.matchAll(/\bid = "([a-z-]+)"/g)].map(([, id]) => id as string);
  const perDomain = [...code.matchAll(/`([a-z]+)\.\$\{domain\}`/g)].map(([, id]) => `${id}.<domain>`);
  const perRoute = [...code.matchAll(/idOf\(evidence, "([a-z]+)"\)/g)].map(([, hop]) => `route.<label>.${hop}`);
  const ids = new Set([
    ...direct,
    ...named,
    ...perDomain,
    ...perRoute,
    "route.<label>.process",
    "route.<label>.container",
  ]);
  expect(ids.size).toBeGreaterThan(30);
  const docs = readFileSync(join(import.meta.dirname, "../../../docs/doctor.md"), "utf8");
  expect([...ids].filter((id) => !docs.includes(`\`${id}\``))).toEqual([]);
});
