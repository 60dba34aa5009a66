import type { RouteName } from "@cspace/hostnames";
import fc from "fast-check";

/** Slugs of 1 to 63 characters, made without the code under test; short ones of few letters, so that names come close. */
export const slugs: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: fc.constantFrom("a", "b", "0"), minLength: 1, maxLength: 3 }),
      fc.string({ unit: fc.constantFrom(..."abcxyz0189"), minLength: 1, maxLength: 40 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join("-").slice(0, 63).replace(/-$/, ""));

export const routes: fc.Arbitrary<RouteName> = fc.record({ label: slugs, instance: slugs, project: slugs });

/** Any text, with what is hard on names more often than chance would bring it. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."aZ09-_./ `*\"'\\$|()\n\0\u0301éßİK\u202e😀\ud800") }),
  slugs,
);
