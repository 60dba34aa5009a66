import { expect, test } from "vitest";
import { maskVariables } from "../src/environment.ts";

test("values are shown of what only says where something is, and of nothing else", () => {
  const variables = {
    SECRET: "s",
    DATABASE_URL: "postgres://u:p@db",
    CSPACE_SERVICE_WEB_URL: "http://web",
    PATH: "/bin",
    NPM_TOKEN: "t",
  };
  expect(maskVariables([{ service: "web", variables }])).toEqual([
    { service: "web", name: "CSPACE_SERVICE_WEB_URL", value: "http://web" },
    { service: "web", name: "DATABASE_URL", value: null },
    { service: "web", name: "NPM_TOKEN", value: null },
    { service: "web", name: "PATH", value: "/bin" },
    { service: "web", name: "SECRET", value: null },
  ]);
});
