import { isSlug, parseSlug } from "@cspace/hostnames";
import fc from "fast-check";
import { expect, test } from "vitest";
import { slugs, texts } from "./arbitraries.ts";

test("slugs are lower-case letters, digits and single dashes between them", () => {
  fc.assert(fc.property(slugs, (slug) => isSlug(slug) && parseSlug(slug, "label") === slug));
  for (const text of ["0", "a", "42", "resume-redux", "x".repeat(63)]) expect(isSlug(text)).toBe(true);
});

test.each([["", "-", "a-", "-a", "a--b", "A", "a.b", "a_b", "a b", "a\n", "\na", "é", "\u212a", "x".repeat(64)]])(
  "%j and its like are no slugs",
  (...others) => {
    for (const text of others) expect(isSlug(text), JSON.stringify(text)).toBe(false);
  },
);

test("values of other types are no slugs", () => {
  for (const value of [undefined, null, 80, ["a"], { length: 1 }]) expect(isSlug(value)).toBe(false);
});

test("the error names what it is, shows the text and proposes a slug", () => {
  expect(() => parseSlug("Dev Server", "label")).toThrow(
    expect.objectContaining({
      code: "CSPACE_NAME_INVALID",
      message:
        'the label "Dev Server" is not a slug: lower-case letters and digits with single dashes between them, at most 63 characters',
      hint: 'use "dev-server"',
    }),
  );
});

test("nothing is proposed for a text of white space", () => {
  expect(() => parseSlug(" ", "project")).toThrow(
    expect.objectContaining({ code: "CSPACE_NAME_INVALID", hint: "give a name with at least one letter or digit" }),
  );
});

test("characters that a terminal would obey are escaped in the message", () => {
  const message = messageOf("a\u001b[31m\u007f\u0085\u200f\u202e\u2028\u{e0001}\n");
  expect(message).toContain(String.raw`"a\u001b[31m\u{7f}\u{85}\u{200f}\u{202e}\u{2028}\u{e0001}\n"`);
});

test("a long text is shortened in the message", () => {
  expect(messageOf("A".repeat(10_000)).length).toBeLessThan(250);
});

test("a message is one line of visible characters, whatever the text", () => {
  fc.assert(
    fc.property(texts, (text) => {
      if (!isSlug(text)) expect(messageOf(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }),
  );
});

function messageOf(text: string): string {
  try {
    parseSlug(text, "label");
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it did not throw");
}
