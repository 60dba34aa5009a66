import { isSlug } from "@cspace/hostnames";
import { checkSettings, formatIssues } from "@cspace/project";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const lines = (text: string): string[] => {
  const checked = checkSettings(text);
  return checked.ok ? [] : formatIssues("f", checked.issues).split("\n");
};
const of = (settings: unknown): string[] => lines(JSON.stringify(settings));

const complete = `{
  // where the editor finds the schema
  "$schema": "./cspace.schema.json",
  "project": "Resume Redux",
  "compose": ["compose.yaml", "../shared.yaml"],
  "routes": {
    "dev":     { "service": "app", "port": 3000 },
    "convex":  { "service": "convex_1", "port": 3210, "env": ["VITE_CONVEX_URL", "_x"] },
    "docs":    { "process": "docs", "env": ["VITE_DOCS_URL"] },
    "manual":  { "process": "docs" },
  },
  "container": {
    "image": "node:24", "command": ["npm", "run", "dev", ""],
    "ports": { "5173": "app", "65535": "preview" }, "environment": { "CI": "" },
  },
  "processes": { "docs": { "command": "npm run docs" } }, /* trailing comma */
}`;

test("complete settings come out as they are written", () => {
  const checked = checkSettings(complete);
  expect(checked).toMatchObject({ ok: true });
  const settings = checked.ok ? checked.settings : {};
  expect(settings).toMatchObject({
    project: "Resume Redux",
    routes: { convex: { service: "convex_1", port: 3210, env: ["VITE_CONVEX_URL", "_x"] }, docs: { process: "docs" } },
    container: { command: ["npm", "run", "dev", ""], ports: { "5173": "app" } },
  });
});

test.each(["{}", "\uFEFF{ }", "// nothing yet\n{}\n", '{ "routes": {}, "processes": {} }'])("%j is valid", (text) => {
  expect(checkSettings(text).ok).toBe(true);
});

test("every mistake is reported at once, in the order of the text", () => {
  const text = `{
  "projct": "shop",
  "compose": [],
  "routes": {
    "My App": { "service": "app", "port": 70000 },
    "dev": { "service": "app", "prot": 3000 },
    "api": { "service": "a b", "port": "80", "env": ["1X", 5] },
    "web": 3000,
    "docs": { "process": "dcos" },
    "none": {}
  },
  "container": { "ports": { "0": "x", "80": "Y", "070": "z" }, "environment": { "A-B": 1 } },
  "processes": { "docs": {}, "dev": { "command": " " } }
}`;
  expect(`\n${lines(text).join("\n")}\n`).toMatchInlineSnapshot(`
    "
    f:2:3  projct  is not a known key (did you mean "project"?)
    f:3:14  compose  must not be an empty list
    f:5:5  routes["My App"]  must be a label (lower-case letters, digits and single dashes between them, at most 63 characters), not "My App" (write "my-app")
    f:5:43  routes["My App"].port  must be a port (a whole number from 1 to 65535), not 70000
    f:6:32  routes.dev.prot  is not a known key (did you mean "port"?)
    f:7:25  routes.api.service  must be the name of a service (letters, digits, ".", "_" and "-"), not "a b"
    f:7:40  routes.api.port  must be a port (a whole number from 1 to 65535), not "80"
    f:7:54  routes.api.env[0]  must be the name of an environment variable (letters, digits and "_", no digit first), not "1X"
    f:7:60  routes.api.env[1]  must be the name of an environment variable (letters, digits and "_", no digit first), not 5
    f:8:12  routes.web  must be an object with "service" and "port", or one with "process", not 3000
    f:9:26  routes.docs.process  names no process of \`processes\` (did you mean "docs"?)
    f:10:13  routes.none  needs "service": the name of a service (letters, digits, ".", "_" and "-")
    f:10:13  routes.none  needs "port": a port (a whole number from 1 to 65535)
    f:12:16  container  needs "image": a non-empty text
    f:12:29  container.ports.0  must be a port in double quotes ("1" to "65535"), not "0"
    f:12:45  container.ports.80  must be a label (lower-case letters, digits and single dashes between them, at most 63 characters), not "Y" (write "y")
    f:12:50  container.ports.070  must be a port in double quotes ("1" to "65535"), not "070"
    f:12:81  container.environment.A-B  must be the name of an environment variable (letters, digits and "_", no digit first), not "A-B"
    f:12:88  container.environment.A-B  must be a text in double quotes, not 1
    f:13:26  processes.docs  needs "command": a command line
    f:13:30  processes.dev  claims the label "dev", which routes.dev has already (rename one of them)
    f:13:50  processes.dev.command  must be a command line, not " "
    "
  `);
});

test("what a process may say more of itself is checked like the rest", () => {
  expect(
    lines('{"processes": {"a": {"command": "x", "cwd": "/srv", "restart": "yes", "port": 0, "prot": 1}}}'),
  ).toEqual([
    'f:1:45  processes.a.cwd  must be a path relative to this file, not "/srv"',
    'f:1:64  processes.a.restart  must be "always", "on-failure" or "no", not "yes"',
    "f:1:79  processes.a.port  must be a port (a whole number from 1 to 65535), not 0",
    'f:1:82  processes.a.prot  is not a known key (did you mean "port"?)',
  ]);
});

describe("names", () => {
  test("a name written twice is reported where it stands the second time", () => {
    expect(lines('{"routes": {\n "dev": {"service": "a", "port": 1},\n "dev": {"service": "b", "port": 2}}}')).toEqual([
      "f:3:2  routes.dev  is written twice; the last one would win (keep one of them)",
    ]);
  });

  test.each([
    [{ routes: { a: { service: "s", port: 1 } }, processes: { a: { command: "x" } } }, "processes.a", "routes.a"],
    [
      { routes: { a: { service: "s", port: 1 } }, container: { image: "i", ports: { 80: "a" } } },
      "container.ports.80",
      "routes.a",
    ],
    [{ container: { image: "i", ports: { 80: "a", 81: "a" } } }, "container.ports.81", "container.ports.80"],
    [
      { container: { image: "i", ports: { 80: "a" } }, processes: { a: { command: "x" } } },
      "processes.a",
      "container.ports.80",
    ],
    [
      { routes: { a: { process: "b" } }, processes: { a: { command: "x" }, b: { command: "x" } } },
      "processes.a",
      "routes.a",
    ],
  ])("a label belongs to one thing: %j", (settings, second, first) => {
    const message = `claims the label "a", which ${first} has already (rename one of them)`;
    expect(of(settings)).toEqual([expect.stringMatching(/^f:1:\d+ {2}/)]);
    expect(of(settings)[0]).toContain(`  ${second}  ${message}`);
  });

  test("a route may name the process of its own label", () => {
    expect(of({ routes: { a: { process: "a", env: ["A_URL"] } }, processes: { a: { command: "x" } } })).toEqual([]);
  });

  test("a variable belongs to one route", () => {
    const routes = { a: { service: "s", port: 1, env: ["U"] }, b: { service: "s", port: 2, env: ["V", "U"] } };
    expect(of({ routes })).toEqual([
      expect.stringContaining('routes.b.env[1]  claims the variable "U", which routes.a has already'),
    ]);
  });

  test("a process that is not there names the nearest, else all", () => {
    const processes = { docs: { command: "x" }, api: { command: "x" } };
    expect(of({ routes: { a: { process: "docz" } }, processes })[0]).toContain('(did you mean "docs"?)');
    expect(of({ routes: { a: { process: "zzzzzz" } }, processes })[0]).toContain("(processes: docs, api)");
    expect(of({ routes: { a: { process: "zzzzzz" } } })[0]).toContain("(processes: none)");
  });

  test.each(["constructor", "toString", "hasownproperty", "__proto__"])("%s is no known key of an object", (name) => {
    expect(lines(`{ "${name}": 1 }`)).toEqual([expect.stringContaining("is not a known key")]);
  });

  test("a label is exactly a slug, and the hint is the slug of what was written", () => {
    const near = fc.string({ unit: fc.constantFrom("a", "0", "-", "A", ".", "é", "\n"), maxLength: 70 });
    fc.assert(
      fc.property(fc.oneof(near, fc.string(), fc.stringMatching(/^[a-z]{60,66}$/)), (label) => {
        const text = `{"routes": {${JSON.stringify(label)}: {"service": "s", "port": 1}}}`;
        const checked = checkSettings(text);
        expect(checked.ok).toBe(isSlug(label));
        if (checked.ok || label.trim() === "") return;
        const proposal = /^write "(.*)"$/.exec(checked.issues[0]?.hint ?? "")?.[1];
        expect(isSlug(proposal)).toBe(true);
      }),
    );
  });
});

describe("ports", () => {
  test("a port inside a container is written from 1 to 65535, without zeros before it", () => {
    const valid = (port: string): boolean => of({ container: { image: "i", ports: { [port]: "a" } } }).length === 0;
    for (let port = 1; port <= 65535; port += 97) expect(valid(String(port)), String(port)).toBe(true);
    for (const port of ["1", "9", "10", "9999", "10000", "59999", "60000", "65535"])
      expect(valid(port), port).toBe(true);
    for (const port of [
      "0",
      "-1",
      "080",
      "65536",
      "65540",
      "65600",
      "66000",
      "70000",
      "100000",
      "80.5",
      "",
      "8e1",
      " 80",
    ]) {
      expect(valid(port), port).toBe(false);
    }
  });

  test.each([0, -1, 65536, 80.5, "80", null, true, [80]])("the port of a route is not %j", (port) => {
    expect(of({ routes: { a: { service: "s", port } } })).toEqual([expect.stringContaining("must be a port")]);
  });
});

describe("text that is no JSON", () => {
  test.each([
    ["", "f:1:1  lacks a value"],
    ["[1", 'f:1:3  lacks a "]"'],
    ['{"a" 1}', 'f:1:6  lacks a ":" between a name and its value'],
    ['{\n  "project": "a"\n  "compose": ["b"]\n}', 'f:3:3  lacks a "," before this'],
    ["{} {}", "f:1:4  goes on after the end of the settings"],
    ["{project: 1}", "f:1:2  has a word that JSON does not know; names and texts stand in double quotes"],
    ["{} /* x", "f:1:4  has a comment that does not end"],
  ])("%j", (text, line) => {
    expect(lines(text)).toEqual([line]);
  });

  test.each(["[]", "3", "null", '"x"', "true"])("%s is not an object", (text) => {
    expect(lines(text)).toEqual([expect.stringContaining("f:1:1  must be an object, not ")]);
  });
});

test("lines and columns are those of an editor, whatever ends a line", () => {
  for (const end of ["\n", "\r\n", "\r"]) expect(lines(`\uFEFF{${end}  "x": 1${end}}`)[0]).toMatch(/^f:2:3 {2}x {2}/);
});

test("what is echoed cannot write to a terminal", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("\u001b", "\u009b", "\u202e", "\n", "\u2028", "a", "A") }),
      (text) => {
        for (const line of of({ [text]: 1, routes: { [text]: { service: text, port: text } } })) {
          expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        }
      },
    ),
  );
});

test("any text is checked without throwing", () => {
  fc.assert(fc.property(fc.string(), (text) => void checkSettings(text)));
  fc.assert(fc.property(fc.json(), (text) => void checkSettings(text)));
});

test("a NUL is refused where a program or the system would refuse it, and lines are not", () => {
  expect(of({ processes: { a: { command: "echo a\u0000b", cwd: "a\u0000b" } } })).toEqual([
    'f:1:30  processes.a.command  must be a command line, not "echo a\\u0000b"',
    'f:1:52  processes.a.cwd  must be a path relative to this file, not "a\\u0000b"',
  ]);
  expect(of({ processes: { a: { command: "\n echo a\necho b\n", cwd: "./a b" } } })).toEqual([]);
});
