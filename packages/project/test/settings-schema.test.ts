import { checkSettings, type JsonSchema, settingsSchema } from "@cspace/project";
import { describe, expect, test } from "vitest";

/** What the keywords of the schema mean in draft 2020-12, written without a look at the code under test. */
function accepts(schema: JsonSchema, value: unknown): boolean {
  if ("$ref" in schema) return accepts(settingsSchema.$defs[schema.$ref.replace("#/$defs/", "")] as JsonSchema, value);
  if ("anyOf" in schema) return schema.anyOf.some((branch) => accepts(branch, value));
  switch (schema.type) {
    case "string":
      if (typeof value !== "string" || [...value].length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) return false;
      return new RegExp(schema.pattern ?? "", "u").test(value);
    case "integer":
      return Number.isInteger(value) && schema.minimum <= Number(value) && Number(value) <= schema.maximum;
    case "boolean":
      return typeof value === "boolean";
    case "array":
      return (
        Array.isArray(value) &&
        value.length >= (schema.minItems ?? 0) &&
        value.every((item) => accepts(schema.items, item))
      );
    case "object": {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
      if ((schema.required ?? []).some((name) => !Object.hasOwn(value, name))) return false;
      return Object.entries(value).every(([name, part]) => {
        if (schema.propertyNames !== undefined && !accepts(schema.propertyNames, name)) return false;
        if (Object.hasOwn(schema.properties ?? {}, name)) return accepts(schema.properties?.[name] as JsonSchema, part);
        return schema.additionalProperties !== false && accepts(schema.additionalProperties, part);
      });
    }
  }
}

const service = { service: "app", port: 3000 };
const container = { image: "node:24", ports: { 3000: "dev" } };

describe("the schema accepts what checkSettings accepts", () => {
  test.each<[unknown]>([
    [{}],
    [{ $schema: "x", project: "Resume Redux", compose: ["a.yaml", "b.yaml"] }],
    [{ routes: { dev: service, "dev-2": { ...service, env: ["VITE_X", "_"] } } }],
    [{ routes: { dev: { ...service, scheme: "https", sticky: true } } }],
    [{ routes: { docs: { process: "docs", env: [] } }, processes: { docs: { command: "npm run docs" } } }],
    [{ processes: { docs: { command: "x", cwd: "apps/docs", restart: "on-failure", port: 4000 } } }],
    [{ processes: { docs: { command: "x", cwd: "../docs", restart: "no" }, api: { command: "x", cwd: "." } } }],
    [{ copy: [".env", "config/local.json"] }],
    [{ container }],
    [{ container: { ...container, command: "npm start", environment: { A: "" } } }],
    [{ container: { ...container, command: ["npm", ""] } }],
  ])("%j", (value) => {
    expect(checkSettings(JSON.stringify(value))).toMatchObject({ ok: true });
    expect(accepts(settingsSchema, value)).toBe(true);
  });
});

describe("the schema refuses what checkSettings refuses of one part alone", () => {
  test.each<[unknown]>([
    [[]],
    [null],
    [{ unknown: 1 }],
    [{ project: "" }],
    [{ project: " " }],
    [{ compose: [] }],
    [{ compose: "compose.yaml" }],
    [{ compose: [""] }],
    [{ routes: { Dev: service } }],
    [{ routes: { dev: { ...service, scheme: "ftp" } } }],
    [{ routes: { dev: { ...service, sticky: "yes" } } }],
    [{ copy: ["/etc/passwd"] }],
    [{ copy: ".env" }],
    [{ routes: { "a--b": service } }],
    [{ routes: { ["a".repeat(64)]: service } }],
    [{ routes: { dev: 3000 } }],
    [{ routes: { dev: { service: "app" } } }],
    [{ routes: { dev: { port: 1 } } }],
    [{ routes: { dev: { ...service, process: "x" } } }],
    [{ routes: { dev: { ...service, port: 65536 } } }],
    [{ routes: { dev: { ...service, port: 1.5 } } }],
    [{ routes: { dev: { ...service, service: "a b" } } }],
    [{ routes: { dev: { ...service, env: ["A-B"] } } }],
    [{ container: { image: "x" } }],
    [{ container: { ...container, ports: { 65536: "dev" } } }],
    [{ container: { ...container, ports: { 80: 80 } } }],
    [{ container: { ...container, command: [] } }],
    [{ container: { ...container, environment: { A: 1 } } }],
    [{ processes: { docs: "npm run docs" } }],
    [{ processes: { docs: { command: "" } } }],
    [{ processes: { docs: { command: "x", cwd: "/srv" } } }],
    [{ processes: { docs: { command: "x", cwd: "~/docs" } } }],
    [{ processes: { docs: { command: "x", cwd: "C:\\docs" } } }],
    [{ processes: { docs: { command: "x", cwd: " " } } }],
    [{ processes: { docs: { command: "x", restart: "sometimes" } } }],
    [{ processes: { docs: { command: "x", restart: true } } }],
    [{ processes: { docs: { command: "x", port: 0 } } }],
    [{ processes: { docs: { command: "x", port: "3000" } } }],
  ])("%j", (value) => {
    expect(checkSettings(JSON.stringify(value))).toMatchObject({ ok: false });
    expect(accepts(settingsSchema, value)).toBe(false);
  });
});

test("it is JSON, names its draft, and describes every key of the settings for editors", () => {
  expect(JSON.parse(JSON.stringify(settingsSchema))).toEqual(settingsSchema);
  expect(settingsSchema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
  for (const [name, part] of Object.entries(settingsSchema.properties ?? {})) {
    expect(part.description, name).toMatch(/\.$/);
  }
});

test("every reference has its definition, and every definition is referred to", () => {
  const referred = new Set(JSON.stringify(settingsSchema).match(/(?<="#\/\$defs\/)\w+/g));
  expect([...referred].sort()).toEqual(Object.keys(settingsSchema.$defs).sort());
});
