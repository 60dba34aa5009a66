import { composeProjectName, networkName, parseRouterName, type RouteName, routerName } from "@cspace/hostnames";
import fc from "fast-check";
import { expect, test } from "vitest";
import { routes, slugs, texts } from "./arbitraries.ts";

const route = { label: "dev", instance: "mercury", project: "resume-redux" };
const long = {
  label: "dev",
  instance: "feature-that-has-a-long-name",
  project: "a-project-whose-name-is-just-as-long",
};

test("names of a route", () => {
  expect(networkName("resume-redux")).toBe("cspace-resume-redux");
  expect(composeProjectName(route)).toBe("resume-redux--mercury");
  expect(routerName(route)).toBe("dev--mercury--resume-redux");
});

test("a name over 63 characters is cut and ends in three dashes and a hash", () => {
  expect(routerName(long)).toMatchInlineSnapshot(`"dev--feature-that-has-a-long-name--a-project---b59311b24dd2a590"`);
  expect(composeProjectName(long)).toMatchInlineSnapshot(
    `"a-project-whose-name-is-just-as-long--featur---051acc210f7a08e3"`,
  );
});

test("63 characters are not cut, 64 are", () => {
  const parts = { instance: "b", project: "a".repeat(60) };
  expect(composeProjectName(parts)).toBe(`${parts.project}--b`);
  expect(composeProjectName({ ...parts, instance: "bb" })).toMatch(/^a{44}---[0-9a-f]{16}$/);
});

test("a cut that falls on dashes drops them before its own three", () => {
  const name = composeProjectName({ project: "a".repeat(43), instance: "b".repeat(30) });
  expect(name).toMatch(/^a{43}---[0-9a-f]{16}$/);
});

test("the project of a network is never cut", () => {
  expect(networkName("a".repeat(63))).toBe(`cspace-${"a".repeat(63)}`);
});

test.each([
  ["networkName", () => networkName("A")],
  ["composeProjectName", () => composeProjectName({ project: "a--b", instance: "c" })],
  ["composeProjectName", () => composeProjectName({ project: "a", instance: "../c" })],
  ["routerName", () => routerName({ ...route, label: "a@docker" })],
])("%s refuses what is not a slug", (_, build) => {
  expect(build).toThrow(expect.objectContaining({ code: "CSPACE_NAME_INVALID" }));
});

test("a router name that was not cut gives its route back, one that was cut gives none", () => {
  fc.assert(
    fc.property(routes, (name) => {
      const whole = [name.label, name.instance, name.project].join("--");
      const router = routerName(name);
      if (whole.length <= 63) {
        expect(router).toBe(whole);
        expect(parseRouterName(router)).toEqual(name);
      } else {
        expect(router.length).toBeLessThanOrEqual(63);
        expect(parseRouterName(router)).toBeUndefined();
      }
    }),
  );
});

test("what parses as a router name is one", () => {
  const names = fc.oneof(fc.array(texts, { maxLength: 5 }), fc.array(slugs, { maxLength: 5 }));
  fc.assert(
    fc.property(names, fc.constantFrom("-", "--", "---"), (parts, separator) => {
      const name = parts.join(separator);
      const parsed = parseRouterName(name);
      if (parsed !== undefined) expect(routerName(parsed)).toBe(name);
    }),
  );
});

/** Two routes that differ, most of them by one dash or one character only. */
const pairs = fc
  .oneof(fc.tuple(routes, routes), fc.tuple(routes, slugs).map(neighbours), routes.map(shifted))
  .filter(([one, other]) => JSON.stringify(one) !== JSON.stringify(other));

test("different routes have different router names", () => {
  fc.assert(
    fc.property(pairs, ([one, other]) => {
      expect(routerName(one)).not.toBe(routerName(other));
    }),
    { numRuns: 2000 },
  );
});

test("different instances have different Compose projects", () => {
  fc.assert(
    fc.property(pairs, ([one, other]) => {
      fc.pre(one.instance !== other.instance || one.project !== other.project);
      expect(composeProjectName(one)).not.toBe(composeProjectName(other));
    }),
    { numRuns: 2000 },
  );
});

test("different projects have different networks", () => {
  fc.assert(
    fc.property(slugs, slugs, (one, other) => {
      fc.pre(one !== other);
      expect(networkName(one)).not.toBe(networkName(other));
    }),
  );
});

test("a cut name is no other route's whole name, however its text is divided", () => {
  fc.assert(
    fc.property(routes, (name) => {
      const router = routerName(name);
      const whole = [name.label, name.instance, name.project].join("--");
      fc.pre(router !== whole);
      expect(router).toMatch(/[a-z0-9]---[0-9a-f]{16}$/);
      expect(router.split("--").every((part) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(part))).toBe(false);
    }),
  );
});

function neighbours([route, instance]: readonly [RouteName, string]): [RouteName, RouteName] {
  return [route, { ...route, instance }];
}

/** The same characters divided elsewhere: the first dash of the instance moves to the label. */
function shifted(route: RouteName): [RouteName, RouteName] {
  const [head = "", ...rest] = route.instance.split("-");
  const label = `${route.label}-${head}`;
  return rest.length === 0 || label.length > 63
    ? [route, route]
    : [route, { ...route, label, instance: rest.join("-") }];
}
