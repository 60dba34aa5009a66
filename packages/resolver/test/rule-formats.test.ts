import { array, assert, constantFrom, integer, oneof, property, string, uniqueArray } from "fast-check";
import { describe, expect, test } from "vitest";
import type { FileKind } from "../src/resolver-state.ts";
import { parseRule, ruleFormats } from "../src/rule-formats.ts";

const kinds = Object.keys(ruleFormats) as FileKind[];
const domains = uniqueArray(constantFrom("cspace.local", "cspace.test", "dev.example-1.test", "xn--bcher-kva.test"), {
  minLength: 1,
});

describe.each(kinds)("%s", (kind) => {
  const { render, perDomain } = ruleFormats[kind];

  test("what is written is read again", () => {
    assert(
      property(domains, integer({ min: 1, max: 65_535 }), (names, port) => {
        expect(parseRule(kind, render({ domains: names, port }))).toEqual({ domains: perDomain ? [] : names, port });
      }),
    );
  });

  test("a text that differs in any part is somebody else's", () => {
    const piece = oneof(
      string(),
      constantFrom("\n", " ", "#", "53", ":53", "port 53\n", "[Resolve]\n", "DNS=127.0.0.1\n"),
    );
    assert(
      property(
        domains,
        integer({ min: 1, max: 65_535 }),
        array(piece, { minLength: 1, maxLength: 3 }),
        integer({ min: 0 }),
        (names, port, pieces, at) => {
          const text = render({ domains: names, port });
          const place = at % (text.length + 1);
          const edited = text.slice(0, place) + pieces.join("") + text.slice(place);
          const rule = parseRule(kind, edited);
          if (rule !== undefined) expect(render(rule)).toBe(edited);
          else expect(edited).not.toBe(text);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each(["", "\n", render({ domains: ["cspace.local"], port: 53 }).trimEnd()])("not %j", (text) => {
    expect(parseRule(kind, text)).toBeUndefined();
  });
});

test("a port that is written out is an edit", () => {
  const text = ruleFormats["systemd-resolved"].render({ domains: ["cspace.local"], port: 53 });
  expect(parseRule("systemd-resolved", text)?.port).toBe(53);
  expect(parseRule("systemd-resolved", text.replace("127.0.0.1", "127.0.0.1:53"))).toBeUndefined();
  expect(parseRule("macos", "nameserver 127.0.0.1\nport 53\n")).toBeUndefined();
  expect(parseRule("macos", "nameserver 127.0.0.1\nport 05300\n")).toBeUndefined();
});
