import { buildInstanceLabels, buildLabels, labelKeys, parseLabels } from "@cspace/labels";
import fc from "fast-check";
import { expect, test } from "vitest";
import { routesOfInstance, texts } from "./arbitraries.ts";

const identity = { "cspace.managed": "true", "cspace.project": "resume-redux", "cspace.instance": "earth" };

test("routes come back as they were given, also beside the labels of their instance and of others", () => {
  fc.assert(
    fc.property(routesOfInstance, fc.dictionary(texts, texts), (routes, others) => {
      const [first] = routes;
      if (first === undefined) throw new Error("no route");
      expect(parseLabels({ "com.example": "x", ...buildLabels(routes), ...buildInstanceLabels(first) })).toEqual(
        routes,
      );
      const unrelated = Object.fromEntries(Object.entries(others).map(([key, value]) => [`x${key}`, value]));
      expect(parseLabels({ ...unrelated, ...buildLabels(routes) })).toEqual(routes);
    }),
  );
});

test("Traefik's labels are not needed", () => {
  expect(parseLabels({ ...identity, "cspace.route.docs": "8000" })).toEqual([
    { label: "docs", instance: "earth", project: "resume-redux", port: 8000 },
  ]);
});

test.each([
  ["no labels", {}],
  ["not managed", { ...identity, "cspace.managed": "false" }],
  ["managed in another case", { ...identity, "cspace.managed": "True" }],
  ["no project", { "cspace.managed": "true", "cspace.instance": "earth" }],
  ["no instance", { "cspace.managed": "true", "cspace.project": "resume-redux" }],
  ["a project that is no slug", { ...identity, "cspace.project": "Resume Redux" }],
  ["an instance that is no slug", { ...identity, "cspace.instance": "a`b" }],
])("%s: no routes", (_, labels) => {
  expect(parseLabels({ ...labels, "cspace.route.docs": "8000" })).toEqual([]);
});

test.each([
  ["cspace.route.docs", ["", "0", "65536", "100000", "-1", "+80", "080", "80.0", "8e3", "0x50", " 80", "80\n", "http"]],
  ["cspace.route.", ["80"]],
  ["cspace.route.Docs", ["80"]],
  ["cspace.route.a.b", ["80"]],
  ["cspace.route.a--b", ["80"]],
  ["cspace.route", ["80"]],
])("a malformed %s is left out: %j", (key, values) => {
  for (const value of values) {
    const routes = parseLabels({ ...identity, [key]: value, "cspace.route.good": "65535" });
    expect(
      routes.map(({ label }) => label),
      value,
    ).toEqual(["good"]);
  }
});

test("it never throws, and gives nothing that could not be labelled again", () => {
  const keys = fc.oneof(
    texts.map((text) => `cspace.route.${text}`),
    fc.constantFrom(labelKeys.managed, labelKeys.project, labelKeys.instance),
  );
  const values = fc.oneof(texts, fc.constantFrom("true", "8000", "65535"));
  fc.assert(
    fc.property(fc.dictionary(keys, values), fc.boolean(), (labels, whole) => {
      const routes = parseLabels(whole ? { ...labels, ...identity } : labels);
      if (routes.length > 0) expect(parseLabels(buildLabels(routes))).toEqual(routes);
    }),
    { numRuns: 1000 },
  );
});
