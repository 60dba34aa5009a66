import { readHostsBlock, writeHostsBlock } from "@cspace/resolver";
import { array, assert, constantFrom, oneof, property, string, uniqueArray } from "fast-check";
import { expect, test } from "vitest";

const names = ["api.mercury.notes.cspace.local", "dev.mercury.notes.cspace.local"];

test("names are written at the end, sorted, one a line", () => {
  expect(writeHostsBlock("127.0.0.1 localhost\n", names.toReversed())).toMatchInlineSnapshot(`
    "127.0.0.1 localhost
    # begin cspace (cspace dns install writes these lines, cspace dns uninstall removes them)
    127.0.0.1 api.mercury.notes.cspace.local
    127.0.0.1 dev.mercury.notes.cspace.local
    # end cspace
    "
  `);
});

test("a block stays where it is, and what others wrote around it stays", () => {
  const text = `# begin docker\n10.0.0.1 host.docker.internal\n# end docker\n${writeHostsBlock("", ["a.b.c.d"])}10.0.0.2 later\n`;
  const changed = writeHostsBlock(text, names) ?? "";
  expect(changed.replace(/# begin cspace[\s\S]*# end cspace\n/, "BLOCK\n")).toBe(
    "# begin docker\n10.0.0.1 host.docker.internal\n# end docker\nBLOCK\n10.0.0.2 later\n",
  );
  expect(readHostsBlock(changed)).toEqual(names);
});

test("a file that is not there comes and goes", () => {
  const created = writeHostsBlock(null, names);
  expect(readHostsBlock(created ?? "")).toEqual(names);
  expect(writeHostsBlock(created, [])).toBeNull();
  expect(writeHostsBlock(`${created}10.0.0.1 added\n`, [])).toBe("10.0.0.1 added\n");
  expect(writeHostsBlock(null, [])).toBeNull();
});

test("a line end that the block needed goes with it, unless a line was added below", () => {
  const text = writeHostsBlock("127.0.0.1 localhost", names) ?? "";
  expect(writeHostsBlock(text, [])).toBe("127.0.0.1 localhost");
  expect(writeHostsBlock(`${text}10.0.0.1 added\n`, [])).toBe("127.0.0.1 localhost\n10.0.0.1 added\n");
});

test("lines end as those of the file", () => {
  const text = writeHostsBlock("127.0.0.1 localhost\r\n", names) ?? "";
  expect(
    text
      .split("\n")
      .slice(0, -1)
      .every((line) => line.endsWith("\r")),
  ).toBe(true);
  expect(readHostsBlock(text)).toEqual(names);
});

const whole = writeHostsBlock("127.0.0.1 localhost\n", names) ?? "";
test.each([
  ["an end without a beginning", whole.replace(/# begin.*\n/, "")],
  ["a beginning without an end", whole.replace("# end cspace\n", "")],
  ["two blocks", whole + whole],
  ["an end before its beginning", `# end cspace\n${whole.replace("# end cspace\n", "")}`],
  ["a line of somebody else's in it", whole.replace("# end", "10.0.0.1 mine\n# end")],
  ["another first line", whole.replace("begin cspace (", "begin cspace (changed; ")],
])("a damaged block is refused: %s", (_, text) => {
  expect(() => readHostsBlock(text)).toThrow(expect.objectContaining({ code: "CSPACE_RESOLVER_DAMAGED" }));
  expect(() => writeHostsBlock(text, names)).toThrow("/etc/hosts");
  expect(() => writeHostsBlock(text, [])).toThrow(
    expect.objectContaining({ hint: expect.stringContaining("sudoedit") }),
  );
});

test.each(["a b.c", "a.b\n10.0.0.1 mine", "", "A.b", "-a.b", "a..b", `${"a".repeat(64)}.b`, "é.b", "a.b #"])(
  "a name that is none is refused: %j",
  (name) => {
    expect(() => writeHostsBlock("", [name])).toThrow(expect.objectContaining({ code: "CSPACE_NAME_INVALID" }));
  },
);

const part = oneof(
  string({ unit: "binary" }),
  constantFrom(
    "\n",
    "\r\n",
    "\r",
    "127.0.0.1 localhost",
    "# begin other",
    "# end other",
    "\ufeff",
    "\u2028",
    "::1 ip6",
  ),
);
const anyFile = array(part).map((parts) => parts.join(""));
const someNames = uniqueArray(constantFrom("a.b.c.cspace.local", "x.y.z.cspace.local", "q.r.s.cspace.test"), {
  minLength: 1,
});

test("whatever the file: writing and removing gives the bytes it began with", () => {
  assert(
    property(anyFile, someNames, (text, list) => {
      expect(writeHostsBlock(writeHostsBlock(text, list), [])).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test("whatever the file: writing twice is writing once, and the last names count", () => {
  assert(
    property(anyFile, someNames, someNames, (text, first, second) => {
      const once = writeHostsBlock(text, second);
      expect(writeHostsBlock(once, second)).toBe(once);
      expect(writeHostsBlock(writeHostsBlock(text, first), second)).toBe(once);
    }),
    { numRuns: 2000 },
  );
});
