import { buildInstanceLabels, buildLabels, parseInstanceLabels } from "@cspace/labels";
import fc from "fast-check";
import { expect, test } from "vitest";
import { slugs, texts } from "./arbitraries.ts";

const mercury = { instance: "mercury", project: "resume-redux" };

test("with slugs alone", () => {
  expect(buildInstanceLabels(mercury)).toMatchInlineSnapshot(`
    {
      "cspace.instance": "mercury",
      "cspace.instance.name": "mercury",
      "cspace.managed": "true",
      "cspace.project": "resume-redux",
      "cspace.project.name": "resume-redux",
      "cspace.spec": "1",
    }
  `);
});

test("with everything", () => {
  expect(
    buildInstanceLabels({
      instance: "feature-auth",
      project: "resume-redux",
      instanceName: "feature/auth",
      projectName: "Résumé Redux",
      directory: "/home/me/resume redux",
      domain: "Cspace.Localhost",
      protocol: "https",
      plan: "0f3a",
      processes: ["web", "docs"],
    }),
  ).toMatchInlineSnapshot(`
    {
      "cspace.directory": "/home/me/resume redux",
      "cspace.domain": "cspace.localhost",
      "cspace.instance": "feature-auth",
      "cspace.instance.name": "feature/auth",
      "cspace.managed": "true",
      "cspace.plan": "0f3a",
      "cspace.processes": "web,docs",
      "cspace.project": "resume-redux",
      "cspace.project.name": "Résumé Redux",
      "cspace.protocol": "https",
      "cspace.spec": "1",
    }
  `);
});

test("they agree with the labels of a route of the instance", () => {
  const both = { ...buildLabels([{ ...mercury, label: "dev", port: 3000 }]) };
  for (const [key, value] of Object.entries(buildInstanceLabels(mercury))) {
    if (key in both) expect(both[key], key).toBe(value);
  }
  expect(parseInstanceLabels(both)).toEqual({
    ...mercury,
    projectName: "resume-redux",
    instanceName: "mercury",
    spec: "1",
  });
});

test("what was written is read, whatever the texts", () => {
  const extras = fc.record(
    {
      instanceName: texts,
      projectName: texts,
      directory: texts,
      domain: fc.constantFrom("cspace.local", "cspace.localhost"),
      protocol: fc.constant("https" as const),
      plan: texts,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(slugs, slugs, extras, (instance, project, given) => {
      const labels = buildInstanceLabels({ instance, project, ...given });
      const names = { instanceName: instance, projectName: project };
      expect(parseInstanceLabels(labels)).toStrictEqual({ instance, project, spec: "1", ...names, ...given });
    }),
  );
});

test.each([
  ["CSPACE_NAME_INVALID", { ...mercury, instance: "feature/auth" }],
  ["CSPACE_NAME_INVALID", { ...mercury, project: "Resume Redux" }],
  ["CSPACE_DOMAIN_INVALID", { ...mercury, domain: "local" }],
])("%s: %j", (code, input) => {
  expect(() => buildInstanceLabels(input)).toThrow(expect.objectContaining({ code }));
});

test.each([
  ["no labels", {}],
  ["not managed", { ...buildInstanceLabels(mercury), "cspace.managed": "1" }],
  ["a project that is no slug", { ...buildInstanceLabels(mercury), "cspace.project": "../etc" }],
  ["an instance that is no slug", { ...buildInstanceLabels(mercury), "cspace.instance": "" }],
])("%s: no instance", (_, labels) => {
  expect(parseInstanceLabels(labels)).toBeUndefined();
});

test("a domain that cannot be served is left out, another version of the contract is told", () => {
  const labels = { ...buildInstanceLabels(mercury), "cspace.domain": "`*`", "cspace.spec": "2" };
  const read = parseInstanceLabels(labels);
  expect(read).toMatchObject({ ...mercury, spec: "2" });
  expect(read).not.toHaveProperty("domain");
});
