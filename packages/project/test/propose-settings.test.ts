import { checkSettings, proposeSettings, renderSettings } from "@cspace/project";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const none = { name: "shop", compose: false, devScript: null };

test("compose services become routes, under a schema where there is one", () => {
  const services = { app: { ports: [3000, 4173] }, worker: { ports: [] } };
  const proposed = proposeSettings({ ...none, schema: "https://example.org/s.json", compose: true, services });
  expect(renderSettings(proposed ?? {})).toBe(`{
  "$schema": "https://example.org/s.json",
  "project": "shop",
  "routes": {
    "app": { "service": "app", "port": 3000 },
    "app-4173": { "service": "app", "port": 4173 }
  }
}
`);
});

test("services that are not known, or have no port, give no routes: an empty list would forbid all", () => {
  expect(proposeSettings({ ...none, compose: true })).toEqual({ project: "shop" });
  expect(proposeSettings({ ...none, compose: true, services: { db: { ports: [] } } })).toEqual({ project: "shop" });
});

test.each(["npm", "pnpm", "yarn", "bun"] as const)("a dev script is a process that %s runs", (devScript) => {
  expect(proposeSettings({ ...none, devScript })).toEqual({
    project: "shop",
    processes: { dev: { command: `${devScript} run dev` } },
  });
});

test("a compose file goes before a dev script; neither is nothing", () => {
  expect(proposeSettings({ ...none, compose: true, devScript: "npm" })).toEqual({ project: "shop" });
  expect(proposeSettings(none)).toBeUndefined();
});

describe("the text", () => {
  test("lists, empty things and what is left out", () => {
    const settings = { compose: ["a.yaml", "b.yaml"], routes: {}, project: "shop" };
    expect(renderSettings(settings)).toBe(
      '{\n  "compose": ["a.yaml", "b.yaml"],\n  "routes": {},\n  "project": "shop"\n}\n',
    );
    expect(renderSettings({ routes: { dev: { service: "app", port: 1, env: ["A", "B"] } } })).toContain(
      '    "dev": {\n      "service": "app",\n      "port": 1,\n      "env": ["A", "B"]\n    }\n',
    );
  });

  test("of every proposal is valid, and says what was proposed", () => {
    const name = fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.trim() !== "");
    const service = fc.stringMatching(/^[a-zA-Z0-9._-]+$/).filter((text) => /[a-zA-Z0-9]/.test(text));
    const ports = fc.array(fc.integer({ min: 1, max: 65_535 }), { maxLength: 3 });
    const findings = fc.record({
      name,
      schema: fc.constantFrom(undefined, "./schema.json"),
      compose: fc.boolean(),
      services: fc.option(
        fc.dictionary(
          service,
          ports.map((list) => ({ ports: list })),
        ),
        { nil: undefined },
      ),
      devScript: fc.constantFrom(null, "npm", "yarn"),
    });
    fc.assert(
      fc.property(findings, (found) => {
        const settings = proposeSettings(found);
        if (settings === undefined) return !found.compose && found.devScript === null;
        const checked = checkSettings(renderSettings(settings));
        expect(checked).toEqual({ ok: true, settings });
        return true;
      }),
    );
  });
});
