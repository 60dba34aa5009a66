import { CommanderError } from "commander";
import { describe, expect, test } from "vitest";
import { commands, globalOptions } from "../src/command-table.ts";
import { type ParsedCommand, parseCommand } from "../src/program.ts";
import { findWord } from "../src/words.ts";

function parse(line: string): { readonly parsed: ParsedCommand | undefined; readonly printed: string } {
  const printed: string[] = [];
  const streams = { write: (text: string) => printed.push(text), columns: 100 };
  const argv = line === "" ? [] : line.split(" ");
  return { parsed: parseCommand(argv, "1.2.3", streams), printed: printed.join("") };
}

function args(line: string): ParsedCommand["args"] {
  const { parsed } = parse(line);
  if (parsed === undefined) throw new Error(`no command: ${line}`);
  return parsed.args;
}

function failure(line: string): CommanderError {
  try {
    parse(line);
  } catch (error) {
    if (error instanceof CommanderError) return error;
    throw error;
  }
  throw new Error(`it was accepted: ${line}`);
}

test.each(commands)("cspace $name is a command, with help and examples", ({ name, args }) => {
  const needed = args.flatMap(([notation]) => (notation.startsWith("<") ? ["x"] : []));
  expect(parse([name, ...needed].join(" ")).parsed?.name).toBe(name);
  const error = failure(`${name} --help`);
  expect(error.exitCode).toBe(0);
});

test("a command's help has its flags, those of all commands, and examples", () => {
  const printed: string[] = [];
  const streams = { write: (text: string) => printed.push(text), columns: 100 };
  expect(() => parseCommand(["up", "--help"], "1.2.3", streams)).toThrow(CommanderError);
  const up = commands.find(({ name }) => name === "up");
  for (const { flags } of [...globalOptions, ...(up?.options ?? [])])
    expect(printed.join("")).toContain(flags.replace("...", ""));
  for (const example of up?.examples ?? []) expect(printed.join("")).toContain(example);
});

test("without a command it prints its help", () => {
  const { parsed, printed } = parse("");
  expect(parsed).toBeUndefined();
  for (const word of ["init", "up", "down", "list", "url", "open", "logs", "proxy", "dns"])
    expect(printed).toMatch(new RegExp(`^  ${word}\\b`, "m"));
});

test.each(["foo --help", "lsit -h", "foo bar --help"])(
  "help of a command that there is not is an error: %s",
  (line) => {
    expect(failure(line)).toMatchObject({ exitCode: 1, message: expect.stringContaining("unknown command") });
  },
);

test.each([
  ["pause", "cspace compose pause"],
  ["shell", "cspace exec <label>"],
  ["ps", "cspace compose ps"],
  ["ls", "cspace list"],
  ["prune", "cspace gc"],
])("%s is what others call it", (word, line) => expect(findWord(word)).toContain(line));

test("what nobody calls anything is no word", () => {
  for (const word of ["frobnicate", "toString", ""]) expect(findWord(word)).toBeUndefined();
});

test.each([
  ["10m", 600],
  ["1h30m", 5400],
  ["2d", 172_800],
  ["500ms", 0.5],
])("a time ago: %s", (text, seconds) => {
  const since = args(`logs --since ${text}`).since as Date;
  expect(Math.abs(Date.now() - since.getTime() - seconds * 1000)).toBeLessThan(2000);
});

test("a date and time, and nothing else", () => {
  expect(args("logs --since 2026-11-26T10:00:00Z").since).toEqual(new Date("2026-11-26T10:00:00Z"));
  for (const text of ["soon", "10", "10 minutes", "2026"]) {
    expect(failure(`logs --since=${text.replace(" ", "_")}`)).toMatchObject({
      message: expect.stringContaining("a time ago"),
    });
  }
});

test("the version", () => {
  for (const flag of ["--version", "-V"]) expect(failure(flag)).toMatchObject({ exitCode: 0, message: "1.2.3" });
});

describe("arguments and options by name", () => {
  test("an option that may be given several times, one word each", () => {
    expect(args("up mercury --profile a --profile b --scale web=3 --env-file x.env")).toMatchObject({
      name: ["mercury"],
      profile: ["a", "b"],
      scale: [["web", 3]],
      envFile: ["x.env"],
    });
    expect(args("up --profile a mercury")).toMatchObject({ name: ["mercury"], profile: ["a"] });
    expect(failure("up --scale web")).toMatchObject({ message: expect.stringContaining("a service and a number") });
  });

  test("of up", () => {
    expect(args("up mercury web --new --wait 90 --build --recreate")).toMatchObject({
      name: ["mercury", "web"],
      new: true,
      wait: 90,
      build: true,
      recreate: true,
    });
    expect(args("up --no-wait")).toMatchObject({ wait: false });
    expect(args("up").wait).not.toBe(false);
    expect(args("up").instance).toBeUndefined();
  });

  test("ports are numbers, or auto", () => {
    expect(args("proxy up --http-port 8088 --dns-port auto")).toMatchObject({ httpPort: 8088, dnsPort: "auto" });
  });

  test("the globals may stand before and after the command", () => {
    const wanted = { json: true, cwd: "/src", project: "redux", instance: "venus", dryRun: true, yes: true };
    const flags = "--json --cwd /src --project redux --instance venus --dry-run -y";
    expect(args(`${flags} list`)).toMatchObject(wanted);
    expect(args(`list ${flags}`)).toMatchObject(wanted);
    expect(args(`--json proxy status --cwd /src`)).toMatchObject({ json: true, cwd: "/src" });
    expect(args(`proxy --json status`)).toMatchObject({ json: true });
    expect(args("list --no-color").color).toBe(false);
  });

  test("an argument goes before the flag of the same name", () => {
    expect(args("down mercury --instance venus").instance).toBe("mercury");
    expect(args("--instance venus down").instance).toBe("venus");
  });
});

describe("the words of a command that is run are its own", () => {
  test.each([
    ["run web node -e x", {}, "node -e x"],
    ["run web echo --version", {}, "echo --version"],
    ["run web echo --json -- y", {}, "echo --json -- y"],
    ["run web -- echo --help -- y", {}, "echo --help -- y"],
    ["--cwd /src run web --instance venus echo --cwd x", { cwd: "/src", instance: "venus" }, "echo --cwd x"],
    ["run -q web --instance=venus echo -q", { quiet: true, instance: "venus" }, "echo -q"],
  ])("%s", (line, options, command) => {
    const { label, command: words, ...rest } = args(line);
    expect({ label, words }).toEqual({ label: "web", words: command.split(" ") });
    expect(rest).toEqual({ color: true, ...options });
  });

  test("and nothing is, without a command", () => {
    expect(args("run web").command).toBeUndefined();
    expect(failure("run web --bogus").message).toBe("error: unknown option '--bogus'");
    expect(failure("run --help").exitCode).toBe(0);
  });
});

describe("wrong usage", () => {
  test.each([
    ["pu", "error: unknown command 'pu'\n(Did you mean up?)"],
    ["lst", "error: unknown command 'lst'\n(Did you mean list?)"],
    ["up --jsno", "error: unknown option '--jsno'\n(Did you mean --json?)"],
    ["up --recrate", "error: unknown option '--recrate'\n(Did you mean --recreate?)"],
    ["proxy stauts", "error: unknown command 'stauts'\n(Did you mean status?)"],
    ["frobnicate", "error: unknown command 'frobnicate'"],
    ["list extra", "error: too many arguments for 'list'. Expected 0 arguments but got 1."],
    ["up --wait", "error: option '--wait <seconds>' argument missing"],
  ])("%s", (line, message) => {
    expect(failure(line)).toMatchObject({ message, exitCode: 1 });
  });

  test.each([
    ["up --wait soon", "It must be a number of seconds."],
    ["up --wait -1", "It must be a number of seconds."],
    ["up --wait 1e3", "It must be a number of seconds."],
    ["logs --tail many", "It must be a whole number."],
    ["proxy up --http-port 0", "It must be a port from 1 to 65535, or auto."],
    ["proxy up --dns-port 65536", "It must be a port from 1 to 65535, or auto."],
  ])("%s: %s", (line, reason) => {
    expect(failure(line).message).toContain(reason);
  });

  test("a group without its command says what there is", () => {
    for (const line of ["proxy", "proxy --json"]) {
      expect(failure(line)).toMatchObject({
        message: "error: proxy needs a command: up, down, status, logs",
        exitCode: 1,
      });
    }
    expect(failure("proxy --help").exitCode).toBe(0);
  });
});
