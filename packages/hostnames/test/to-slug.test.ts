import { isSlug, reservedProjects, toSlug } from "@cspace/hostnames";
import fc from "fast-check";
import { expect, test } from "vitest";
import { slugs, texts } from "./arbitraries.ts";

test.each([
  ["Résumé Redux", "resume-redux"],
  ["feature/auth", "feature-auth"],
  ["  My__App!! v2.0  ", "my-app-v2-0"],
  ["a--b", "a-b"],
  ["-a-", "a"],
  ["ﬁle①", "file1"],
  ["İzmir", "izmir"],
  ["Straße", "stra-e"],
  ["2048", "2048"],
  ["0", "0"],
])("%j becomes %s", (text, slug) => {
  expect(toSlug(text)).toEqual({ slug, changed: text !== slug });
});

test("where nothing usable is left, the slug is a hash of the text", () => {
  expect(["🚀", "..", "日本", "-"].map((text) => toSlug(text).slug)).toMatchInlineSnapshot(`
    [
      "x-ebbc0b28",
      "x-5ec1f7e7",
      "x-cf2abf0c",
      "x-3973e022",
    ]
  `);
});

test("a long text is cut and ends in a hash of the whole", () => {
  expect(toSlug("a".repeat(64)).slug).toMatch(/^a{54}-[0-9a-f]{8}$/);
  expect(toSlug(`${"a".repeat(64)}1`).slug).not.toBe(toSlug(`${"a".repeat(64)}2`).slug);
  expect(toSlug("a-b-c-d-e-f-g", { maxLength: 11 }).slug).toMatch(/^a-[0-9a-f]{8}$/);
  expect(toSlug("a".repeat(63))).toEqual({ slug: "a".repeat(63), changed: false });
});

test("a reserved slug gets a hash", () => {
  expect(toSlug("0", { reserved: reservedProjects }).slug).toMatch(/^0-[0-9a-f]{8}$/);
  const { slug } = toSlug("Main", { reserved: ["main"] });
  const second = toSlug("Main", { reserved: ["main", slug] }).slug;
  expect(second).toMatch(/^main-[0-9a-f]{8}$/);
  expect(second).not.toBe(slug);
});

test.each(["", " ", "\t\n\u00a0"])("%j throws CSPACE_NAME_EMPTY", (text) => {
  expect(() => toSlug(text)).toThrow(expect.objectContaining({ code: "CSPACE_NAME_EMPTY" }));
});

test.each([9, 64, 20.5, Number.NaN])("maxLength %d is refused", (maxLength) => {
  expect(() => toSlug("a", { maxLength })).toThrow(RangeError);
});

const options = fc.record({
  maxLength: fc.integer({ min: 10, max: 63 }),
  reserved: fc.array(slugs, { maxLength: 3 }),
});

test("any text that is not blank gives a slug within the options, always the same, and `changed` tells the truth", () => {
  fc.assert(
    fc.property(
      texts.filter((text) => text.trim() !== ""),
      options,
      (text, { maxLength, reserved }) => {
        const { slug: plain } = toSlug(text, { maxLength });
        const given = { maxLength, reserved: [...reserved, plain] };
        const { slug, changed } = toSlug(text, given);
        expect(isSlug(slug)).toBe(true);
        expect(slug.length).toBeLessThanOrEqual(maxLength);
        expect(given.reserved).not.toContain(slug);
        expect(changed).toBe(slug !== text);
        expect(toSlug(text, given).slug).toBe(slug);
      },
    ),
  );
});

test("a slug is its own slug", () => {
  fc.assert(
    fc.property(slugs, (slug) => {
      expect(toSlug(slug)).toEqual({ slug, changed: false });
    }),
  );
});
