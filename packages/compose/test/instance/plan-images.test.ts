import { expect, test } from "vitest";
import { planImages } from "../../src/instance/plan-images.ts";

const build = { context: "." };
const plan = (services: Parameters<typeof planImages>[1]["services"]): unknown =>
  planImages("shop--mercury", { services });

test("what is built under a fixed name has one of the instance, for all that use it", () => {
  expect(
    plan({
      web: { image: "shop-web:dev", build },
      worker: { image: "shop-web:dev", build },
      side: { image: "shop-web:dev" },
      db: { image: "postgres:18" },
      own: { build },
    }),
  ).toEqual({
    web: { image: "shop--mercury/shop-web:dev", tags: ["shop-web:dev"] },
    worker: { image: "shop--mercury/shop-web:dev", tags: ["shop-web:dev"] },
    side: { image: "shop--mercury/shop-web:dev" },
  });
});

test.each([
  ["ghcr.io/acme/web", "shop--mercury/ghcr.io/acme/web"],
  ["localhost:5000/web:dev", "shop--mercury/localhost-5000/web:dev"],
  ["web:1234", "shop--mercury/web:1234"],
])("%s becomes %s", (image, own) => {
  expect(plan({ web: { image, build } })).toEqual({ web: { image: own, tags: [image] } });
});

test.each([
  ["is pulled each time", { image: "acme/web", build, pull_policy: "always" }],
  ["is pulled once a day", { image: "acme/web", build, pull_policy: "daily" }],
  ["names its content", { image: "acme/web@sha256:00", build }],
  ["is not built", { image: "acme/web" }],
])("an image that %s stays as it is", (_, web) => {
  expect(plan({ web })).toEqual({});
});
