import type { LabelledRoute } from "@cspace/labels";
import fc from "fast-check";

/** Slugs of 1 to 63 characters, made without the code under test. */
export const slugs: fc.Arbitrary<string> = fc
  .array(fc.string({ unit: fc.constantFrom(..."abxyz019"), minLength: 1, maxLength: 25 }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join("-").slice(0, 63).replace(/-$/, ""));

export const ports: fc.Arbitrary<number> = fc.integer({ min: 1, max: 65535 });

const schemes = fc.constantFrom(undefined, "https" as const, "h2c" as const);

/** One to four routes of one instance, with labels of their own. */
export const routesOfInstance: fc.Arbitrary<readonly LabelledRoute[]> = fc
  .tuple(
    slugs,
    slugs,
    fc.uniqueArray(fc.record({ label: slugs, port: ports, scheme: schemes }), {
      minLength: 1,
      maxLength: 4,
      selector: ({ label }) => label,
    }),
  )
  .map(([instance, project, entries]) =>
    entries.map(({ label, port, scheme }) => ({ label, instance, project, port, ...(scheme && { scheme }) })),
  );

/** Any text, with what breaks out of a rule, a label key or a list more often than chance would bring it. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."`*()|&!,.@[]$\\\"' -_aA0K\n\0\u202e") }),
  fc.constantFrom("x`) || Host(`*", "*", "a.b", "a--b", "a@docker", "`", "", "A", "K"),
  slugs,
);
