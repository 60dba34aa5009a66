import { describe, expect, test } from "vitest";
import { Output, type OutputOptions } from "../../src/output/output.ts";

function capture(options: Partial<OutputOptions> = {}): { output: Output; out: () => string; err: () => string } {
  const [out, err]: [string[], string[]] = [[], []];
  const output = new Output({
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
    json: false,
    quiet: false,
    color: false,
    ...options,
  });
  return { output, out: () => out.join(""), err: () => err.join("") };
}

test("a document begins with its version and is one JSON document", () => {
  const { output, out } = capture({ json: true });
  output.document({ instances: [] });
  expect(out()).toBe('{\n  "version": 1,\n  "instances": []\n}\n');
});

test("JSON Lines are one document a line", () => {
  const { output, out } = capture({ json: true });
  output.line({ line: "a\nb" });
  output.line({ line: "c" });
  expect(out()).toBe('{"version":1,"line":"a\\nb"}\n{"version":1,"line":"c"}\n');
});

test("text ends in one newline, and no text prints nothing", () => {
  const { output, out } = capture();
  for (const text of ["a", "b\n", ""]) output.text(text);
  expect(out()).toBe("a\nb\n");
});

test("only results go to stdout", () => {
  const { output, out, err } = capture();
  output.note("by the way");
  output.warn("look");
  output.aside("raw\n");
  output.failure({ code: "CSPACE_PORT_TAKEN", message: "port 80 is taken", hint: "stop nginx" });
  output.failure({ code: "CSPACE_UNEXPECTED", message: "oh", hint: undefined });
  expect(out()).toBe("");
  expect(err()).toMatchInlineSnapshot(`
    "note   by the way
    warn   look
    raw
    error  port 80 is taken (CSPACE_PORT_TAKEN)
    hint   stop nginx
    error  oh (CSPACE_UNEXPECTED)
    "
  `);
});

test.each([
  ["web ended\n  one\n  two", "web ended (CSPACE_X)\n  one\n  two\n"],
  ["the end of its log:\n  one:", "the end of its log (CSPACE_X):\n  one:\n"],
  ["it does not start: a\nb", "it does not start: a (CSPACE_X)\nb\n"],
])("the code of a failure comes before the lines that it quotes: %j", (message, text) => {
  const { output, err } = capture();
  output.failure({ code: "CSPACE_X", message, hint: "do this" });
  expect(err()).toBe(`error  ${text}hint   do this\n`);
});

test("quiet leaves out notes, not warnings", () => {
  const { output, err } = capture({ quiet: true });
  output.note("by the way");
  output.warn("look");
  expect(err()).toBe("warn   look\n");
});

describe("colours and moving lines", () => {
  test("colours only when asked for", () => {
    const colored = capture({ color: true });
    colored.output.warn("look");
    expect(colored.err()).toContain("\u001b[33m");
    const plain = capture();
    plain.output.warn("look");
    expect(plain.err()).not.toContain("\u001b");
  });

  test.each([
    [true, {}],
    [false, { json: true }],
    [false, { quiet: true }],
  ])("live: %s with %o on a terminal", (live, options) => {
    const stderr = { write: () => undefined, isTTY: true };
    expect(capture({ stderr, ...options }).output.live).toBe(live);
    expect(capture(options).output.live).toBe(false);
  });
});
