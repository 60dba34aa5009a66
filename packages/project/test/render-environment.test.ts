import { spawnSync } from "node:child_process";
import { parseEnv } from "node:util";
import { renderDotenv, renderExports } from "@cspace/project";
import { parse } from "dotenv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const hard = [
  "two words",
  " around ",
  "it's",
  'say "hi"',
  `it's "both"`,
  "a\nb\n",
  "# no comment",
  "a # b",
  "$HOME and $(id) `id` \\n",
  "C:\\dir\\",
  "ünïcode \u{1f680}",
  "a=b",
  "",
];
const variables = (values: readonly string[]): Record<string, string> =>
  Object.fromEntries(values.map((value, index) => [`V${index}`, value]));
const texts = fc.array(fc.string({ unit: fc.constantFrom(..."'\"`\\\n$# =aé\t{}!&;()*") }), { maxLength: 6 });

describe("dotenv", () => {
  test("a URL needs no quotes, and a line is a variable", () => {
    expect(renderDotenv({ URL: "http://dev.mercury.p.cspace.local:8088", NAME: "it's" })).toBe(
      `URL=http://dev.mercury.p.cspace.local:8088\nNAME="it's"\n`,
    );
  });

  test.each(hard.filter((value) => !value.endsWith("\\")))("dotenv and Node read %j back", (value) => {
    const text = renderDotenv({ BEFORE: "1", V: value, AFTER: "it's" });
    expect(parse(text)).toEqual({ BEFORE: "1", V: value, AFTER: "it's" });
    expect({ ...parseEnv(text) }).toEqual({ BEFORE: "1", V: value, AFTER: "it's" });
  });

  test("whatever it writes is read back, by dotenv and by Node", () => {
    let written = 0;
    fc.assert(
      fc.property(texts, (values) => {
        let text: string;
        try {
          text = renderDotenv(variables(values));
        } catch {
          return;
        }
        written += 1;
        expect(parse(text)).toEqual(variables(values));
        expect({ ...parseEnv(text) }).toEqual(variables(values));
      }),
      { numRuns: 2000 },
    );
    expect(written).toBeGreaterThan(500);
  });

  test.each(["'\"`", "a\rb", "C:\\dir\\", "x\0y"])("%j is refused, by name", (value) => {
    expect(() => renderDotenv({ ODD: value })).toThrow(
      expect.objectContaining({ code: "CSPACE_ENV_UNWRITABLE", message: "a dotenv file cannot hold the value of ODD" }),
    );
  });
});

describe("a POSIX shell", () => {
  const evaluate = (text: string, count: number): string[] => {
    const print = Array.from({ length: count }, (_, index) => `printf '%s\\0' "$V${index}"`).join("\n");
    const { stdout, stderr } = spawnSync("sh", ["-c", `eval "$TEXT"\n${print}`], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, TEXT: text },
    });
    expect(stderr).toBe("");
    return stdout.split("\0").slice(0, -1);
  };

  test("reads every value back", () => {
    expect(evaluate(renderExports(variables(hard)), hard.length)).toEqual(hard);
  });

  test("exports them", () => {
    const run = spawnSync("sh", ["-c", `eval "$TEXT"; env`], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, TEXT: renderExports({ A: "it's" }) },
    });
    expect(run.stdout).toContain("A=it's\n");
  });

  test("whatever the values", () => {
    fc.assert(
      fc.property(texts, (values) => {
        expect(evaluate(renderExports(variables(values)), values.length)).toEqual(values);
      }),
      { numRuns: 100 },
    );
  });
});
