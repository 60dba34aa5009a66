import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { FileState, PlanStep } from "@cspace/plan";
import fc from "fast-check";
import { parse } from "jsonc-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planStatusline, planStatuslineRemoval } from "../../src/statusline/statusline-settings.ts";

const path = "/home/ada/.claude/settings.json";
const options = { program: "cspace" };

function file(content: string | null): FileState {
  if (content === null) return { kind: "missing", path, target: path };
  return { kind: "file", path, target: path, content, mode: 0o600, owner: { uid: 1000, gid: 1000 } };
}

/** The content that a step leaves. */
const leave = (content: string | null, step: PlanStep | undefined): string | null =>
  step === undefined ? content : step.after;
const install = (content: string | null, program = "cspace"): string =>
  leave(content, planStatusline(file(content), { program })) as string;
const uninstall = (content: string | null): string | null => leave(content, planStatuslineRemoval(file(content)));
const commandOf = (content: string): unknown => parse(content).statusLine.command;
const withCommand = (command: string): string => JSON.stringify({ statusLine: { type: "command", command } });

describe("what is written", () => {
  test("a file that was not there", () => {
    expect(planStatusline(file(null), options)).toMatchObject({ kind: "file", before: null, needsRoot: false });
    expect(install(null)).toMatchInlineSnapshot(`
      "{
        "statusLine": {
          "type": "command",
          "command": "cspace statusline",
          "padding": 0
        }
      }
      "
    `);
  });

  test("settings without a status line: at their end, in their indentation, comments where they were", () => {
    expect(
      install('{\n\t// mine\n\t"model": "opus", // the large one\n\t"env": {} // none\n\t// end\n}\n'),
    ).toMatchInlineSnapshot(`
        "{
        	// mine
        	"model": "opus", // the large one
        	"env": {}, // none
        	"statusLine": {
        		"type": "command",
        		"command": "cspace statusline",
        		"padding": 0
        	}
        	// end
        }
        "
      `);
    const line = '"statusLine": { "type": "command", "command": "cspace statusline", "padding": 0 }';
    expect(install("{}")).toBe(`{${line}}`);
    expect(install('{ "a": 1 }')).toBe(`{ "a": 1, ${line} }`);
    expect(install('{\r\n    "a": 1,\r\n}')).toContain(',\r\n    "statusLine": {\r\n        "type": "command",\r\n');
  });

  test("a status line works beside; its other fields stay", () => {
    const before = '{ "statusLine": { "type": "command", "command": "echo \'hi\'", "padding": 2, "x": [1] } }';
    expect(install(before)).toBe(
      before.replace("echo 'hi'", String.raw`cspace statusline --beside 'echo '\\''hi'\\'''`),
    );
  });

  test("the last of two status lines counts, as in JSON", () => {
    const [first, last] = ["a", "b"].map((command) => withCommand(command).slice(1, -1));
    expect(commandOf(install(`{${first},${last}}`))).toBe("cspace statusline --beside 'b'");
  });
});

describe("again", () => {
  test.each([null, "{}", '{ "a": 1 }', withCommand("date")])("once and twice are the same: %s", (content) => {
    expect(planStatusline(file(install(content)), options)).toBeUndefined();
  });

  test.each([
    "cspace",
    "/usr/bin/node /opt/cspace/bin/cspace.js",
    "'/opt/my tools/node' '/opt/ada'\\''s/bin/cspace.js'",
    "'C:\\Program Files\\nodejs\\node.exe' 'C:\\npm\\cspace.js'",
    "npx --yes @cspace/cli@2",
  ])("another cspace takes the place of %s and keeps what is beside", (program) => {
    const before = withCommand("printf \"%s\" 'x'");
    const moved = install(install(before, program), "/new/node /new/cspace.js");
    expect(commandOf(moved)).toBe(String.raw`/new/node /new/cspace.js statusline --beside 'printf "%s" '\''x'\'''`);
    expect(uninstall(moved)).toBe(before);
    expect(uninstall(install(install("{ }", program), "cspace"))).toBe("{ }");
  });

  test("flags that were added to it stay", () => {
    const content = install(withCommand("cspace statusline --no-color --beside 'date'"), "/n/node /n/cspace.js");
    expect(commandOf(content)).toBe("/n/node /n/cspace.js statusline --no-color --beside 'date'");
    expect(commandOf(uninstall(content) as string)).toBe("date");
  });

  test.each(["cspace statusline | head -1", "cspace list", "mycspace statusline", "echo cspace statusline", "true"])(
    "what is not cspace's status line is left by uninstall: %s",
    (command) => {
      expect(planStatuslineRemoval(file(withCommand(command)))).toBeUndefined();
    },
  );
});

describe("taken out", () => {
  test("a file that was made for it goes; one that holds more stays, and so does the user's own", () => {
    expect(planStatuslineRemoval(file(install(null)))).toMatchObject({ kind: "remove", after: null });
    expect(planStatuslineRemoval(file(install(null, "/n/node /n/cspace.js")))).toMatchObject({ kind: "remove" });
    const extended = install(null).replace('"padding": 0\n  }', '"padding": 0\n  },\n  "model": "opus"');
    expect(uninstall(extended)).toBe('{\n  "model": "opus"\n}\n');
    for (const own of ["{}", "{}\n", "{\n}\n", "{ }", "{\n  // mine\n}\n"]) expect(uninstall(install(own))).toBe(own);
  });

  test("where there is nothing", () => {
    for (const content of [null, "{}", '{ "statusLine": null }', '{ "statusLine": { "type": "static" } }']) {
      expect(planStatuslineRemoval(file(content))).toBeUndefined();
    }
  });

  test("whatever was put around it meanwhile stays", () => {
    const installed = install('{\n  "a": 1 // one\n}\n');
    const around = installed
      .replace('"statusLine"', '/* keep */ "statusLine"')
      .replace("  }\n}", '  }, // ours\n  "b": 2\n}');
    expect(uninstall(around)).toBe('{\n  "a": 1, // one\n  /* keep */ // ours\n  "b": 2\n}\n');
  });
});

describe("refused", () => {
  test.each(["", "{", '{ "a": 1 ', "[]", '"x"', '{ "a": "\t" }', "{} {}", "// nothing"])(
    "no JSON object, and no word of it is written: %j",
    (content) => {
      for (const plan of [() => planStatusline(file(content), options), () => planStatuslineRemoval(file(content))]) {
        expect(plan).toThrow(
          expect.objectContaining({
            code: "CSPACE_CLAUDE_SETTINGS_INVALID",
            message: expect.stringContaining(path),
            hint: expect.any(String),
          }),
        );
      }
    },
  );

  test("the message names the line", () => {
    expect(() => planStatusline(file('{\n  "a": 1\n  "b": 2\n}'), options)).toThrow("(line 3)");
  });

  test.each([null, "date", [], {}, { type: "command" }, { type: "static", command: "date" }, { command: "date" }])(
    "a status line of another form: %j",
    (statusLine) => {
      expect(() => planStatusline(file(JSON.stringify({ statusLine })), options)).toThrow(
        expect.objectContaining({ code: "CSPACE_STATUSLINE_UNKNOWN", message: expect.stringContaining(path) }),
      );
    },
  );
});

/** A JSON string for a text, with escapes where none are needed. */
const literalOf = (text: string, unusual: readonly boolean[]): string => {
  const characters = [
    ...JSON.stringify(text)
      .slice(1, -1)
      .matchAll(/\\u....|\\.|[^\\]/gs),
  ].map(([raw], index) => {
    if (unusual[index % unusual.length] !== true) return raw;
    const code = (JSON.parse(`"${raw}"`) as string).charCodeAt(0).toString(16).padStart(4, "0");
    return `\\u${index % 2 === 0 ? code : code.toUpperCase()}`;
  });
  return `"${characters.join("")}"`;
};

const words = fc.constantFrom(
  "'",
  '"',
  "\\",
  "\n",
  " ",
  "$HOME",
  "`date`",
  "'\\''",
  "é",
  "🦊",
  "--beside",
  "cspace statusline",
  "a",
);
const commands = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.array(words, { maxLength: 8 }).map((parts) => parts.join("")),
);
const isOwn = (command: string): boolean => planStatuslineRemoval(file(withCommand(command))) !== undefined;
const unusual = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 });
const trivia = fc.constantFrom(
  "",
  " ",
  "\n",
  "\n  ",
  "\n\t",
  " /* c */ ",
  " // c , } \n",
  "\n// c  \n  ",
  "  /* a\nb */\n",
);
const values = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
  fc.constantFrom("{ }", "[ 1, ]", '{ "statusLine": 1 }'),
);

/** Settings as text: members with whatever may stand between them, perhaps a status line, perhaps a comma too many. */
const settings = fc
  .record({
    members: fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,6}$/), values), { maxLength: 4 }),
    statusLine: fc.option(
      fc.tuple(
        commands.filter((command) => !isOwn(command)),
        unusual,
        fc.nat({ max: 4 }),
      ),
    ),
    gaps: fc.array(trivia, { minLength: 1, maxLength: 9 }),
    trailing: fc.boolean(),
    crlf: fc.boolean(),
    mark: fc.boolean(),
  })
  .map(({ members, statusLine, gaps, trailing, crlf, mark }) => {
    let count = 0;
    const gap = (): string => gaps[count++ % gaps.length] as string;
    const texts = members.map(([key, value]) => `${JSON.stringify(key)}${gap()}:${gap()}${value}`);
    if (statusLine !== null) {
      const [command, escapes, place] = statusLine;
      const literal = literalOf(command, escapes);
      texts.splice(place, 0, `"statusLine":${gap()}{"x":1,"command":${gap()}${literal}, "type": "command"${gap()}}`);
    }
    const body = texts.map((text) => `${gap()}${text}${gap()}`).join(",");
    const text = `${gap()}{${body}${trailing && texts.length > 0 ? `,${gap()}` : gap()}}${gap()}`;
    return `${mark ? "\ufeff" : ""}${crlf ? text.replaceAll("\n", "\r\n") : text}`;
  });

/** What the settings mean; `parse` takes the last of two equal keys, as JSON does. */
const meaning = (content: string): Record<string, unknown> =>
  parse(content.replace("\ufeff", ""), [], { allowTrailingComma: true });

describe("for any settings", () => {
  // But for a command that calls `cspace statusline` already: nobody can tell it from one that was installed.
  test("install, then uninstall, gives the same bytes, also after a second install from elsewhere", () => {
    fc.assert(
      fc.property(settings, (content) => {
        const installed = install(content);
        expect(installed).not.toBe(content);
        expect(uninstall(installed)).toBe(content);
        const moved = install(installed, "'/opt/no de' /opt/cspace.js");
        expect(uninstall(moved)).toBe(content);
        expect(install(moved)).toBe(installed);
      }),
      { numRuns: 1000 },
    );
  });

  test("installing changes the status line and no other meaning", () => {
    fc.assert(
      fc.property(settings, (content) => {
        const { statusLine: before, ...rest } = meaning(content);
        const { statusLine: after, ...others } = meaning(install(content));
        expect(others).toEqual(rest);
        const fields = before ?? { type: "command", padding: 0 };
        expect(after).toEqual({ ...(fields as object), command: expect.stringMatching(/^cspace statusline/) });
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the shell", () => {
  let folder = "";
  const words = async (command: string): Promise<string[]> => {
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    const { stdout } = await promisify(execFile)("/bin/sh", ["-c", command], { env });
    return stdout.split("\0").slice(0, -1);
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cspace-statusline-"));
    await writeFile(join(folder, "cspace"), '#!/bin/sh\nprintf "%s\\0" "$@"\n');
    await chmod(join(folder, "cspace"), 0o755);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("hands the old command over as it was", async () => {
    await fc.assert(
      fc.asyncProperty(
        // No shell takes a NUL; what is cspace's already is not handed on.
        commands.filter((command) => !command.includes("\0") && !isOwn(command)),
        unusual,
        async (command, escapes) => {
          const content = `{"statusLine":{"type":"command","command":${literalOf(command, escapes)}}}`;
          expect(await words(commandOf(install(content)) as string)).toEqual(["statusline", "--beside", command]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("calls cspace by a path with anything in it", async () => {
    const odd = join(folder, 'it\'s a "$HOME" \\ node');
    await writeFile(odd, await readFile(join(folder, "cspace")));
    await chmod(odd, 0o755);
    const { quoteWord } = await import("../../src/statusline/statusline-command.ts");
    const program = `${quoteWord(odd)} ${quoteWord("/opt/a b/cspace.js")}`;
    const content = install(withCommand("date"), program);
    expect(await words(commandOf(content) as string)).toEqual(["/opt/a b/cspace.js", "statusline", "--beside", "date"]);
    expect(uninstall(content)).toBe(withCommand("date"));
  });
});
