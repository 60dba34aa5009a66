import { routerName } from "@cspace/hostnames";
import { buildMark, labelKeys, labelSpec, markHeader } from "@cspace/labels";
import { expect, test } from "vitest";

test("the mark of a route is the name of its router", () => {
  const route = { label: "dev", instance: "mercury", project: "resume-redux" };
  expect(buildMark(route)).toBe("dev--mercury--resume-redux");
  const long = { label: "a".repeat(63), instance: "b".repeat(63), project: "c".repeat(63) };
  expect(buildMark(long)).toBe(routerName(long));
});

test("the public names of the contract", () => {
  expect({ markHeader, labelSpec, ...labelKeys }).toMatchInlineSnapshot(`
    {
      "directory": "cspace.directory",
      "directoryId": "cspace.directory.id",
      "domain": "cspace.domain",
      "instance": "cspace.instance",
      "instanceName": "cspace.instance.name",
      "labelSpec": "1",
      "managed": "cspace.managed",
      "markHeader": "X-Cspace-Route",
      "plan": "cspace.plan",
      "processes": "cspace.processes",
      "project": "cspace.project",
      "projectName": "cspace.project.name",
      "protocol": "cspace.protocol",
      "repository": "cspace.repository",
      "repositoryId": "cspace.repository.id",
      "routePrefix": "cspace.route.",
      "schemePrefix": "cspace.scheme.",
      "spec": "cspace.spec",
    }
  `);
});
