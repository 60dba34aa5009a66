import { buildEnvironment } from "@cspace/project";
import { expect, test } from "vitest";

const input = { project: "shop", instance: "mercury", domain: "cspace.local", port: 80 };

test("who the instance is, and the URL of every route", () => {
  const routes = [{ label: "dev" }, { label: "convex-api", env: ["VITE_CONVEX_URL", "PUBLIC_API"] }];
  expect(buildEnvironment({ ...input, routes })).toMatchInlineSnapshot(`
    {
      "CSPACE_DOMAIN": "cspace.local",
      "CSPACE_INSTANCE": "mercury",
      "CSPACE_PROJECT": "shop",
      "CSPACE_SERVICE_CONVEX_API_URL": "http://convex-api.mercury.shop.cspace.local",
      "CSPACE_SERVICE_DEV_URL": "http://dev.mercury.shop.cspace.local",
      "PUBLIC_API": "http://convex-api.mercury.shop.cspace.local",
      "VITE_CONVEX_URL": "http://convex-api.mercury.shop.cspace.local",
    }
  `);
});

test("what browsers read is under the browser domain, what programs read under the first", () => {
  const routes = [{ label: "dev", env: ["VITE_URL"] }];
  expect(buildEnvironment({ ...input, port: 8088, browserDomain: "cspace.localhost", routes })).toMatchObject({
    CSPACE_DOMAIN: "cspace.local",
    CSPACE_SERVICE_DEV_URL: "http://dev.mercury.shop.cspace.local:8088",
    VITE_URL: "http://dev.mercury.shop.cspace.localhost:8088",
  });
});

test("a name in `env` never replaces one of cspace's own", () => {
  const routes = [{ label: "dev", env: ["CSPACE_PROJECT", "CSPACE_SERVICE_API_URL"] }, { label: "api" }];
  expect(buildEnvironment({ ...input, routes })).toMatchObject({
    CSPACE_PROJECT: "shop",
    CSPACE_SERVICE_API_URL: "http://api.mercury.shop.cspace.local",
  });
});

test("URLs that are right now take the place of hostnames, and one that there is not has no variable", () => {
  const routes = [
    {
      label: "dev",
      env: ["VITE_URL"],
      url: "http://localhost:49153",
      browserUrl: "http://dev.mercury.shop.cspace.localhost",
    },
    { label: "api", env: ["VITE_API", "CSPACE_SERVICE_API_URL"], url: null, browserUrl: "http://localhost:49154" },
    { label: "docs", env: ["VITE_DOCS"], url: null, browserUrl: null },
  ];
  expect(buildEnvironment({ ...input, routes })).toEqual({
    CSPACE_PROJECT: "shop",
    CSPACE_INSTANCE: "mercury",
    CSPACE_DOMAIN: "cspace.local",
    CSPACE_SERVICE_DEV_URL: "http://localhost:49153",
    VITE_URL: "http://dev.mercury.shop.cspace.localhost",
    VITE_API: "http://localhost:49154",
  });
});

test("a label that is no slug is refused", () => {
  expect(() => buildEnvironment({ ...input, routes: [{ label: "My App" }] })).toThrow(
    expect.objectContaining({ code: "CSPACE_NAME_INVALID" }),
  );
});
