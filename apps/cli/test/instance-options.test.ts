import { expect, test } from "vitest";
import type { Context } from "../src/context.ts";
import { instanceOptions } from "../src/instance-options.ts";
import { parseCommand } from "../src/program.ts";

const streams = { write: () => undefined, columns: 80 };
const contextOf = (argv: readonly string[]): { context: Context; argument: unknown } => {
  const parsed = parseCommand(argv, "1.2.3", streams);
  const flags = { instance: parsed?.options.instance };
  const context = { flags, program: { node: "node", script: "cspace" } } as unknown as Context;
  return { context, argument: parsed?.args.instance };
};

test("an instance is named as an argument, with the option, or not at all", () => {
  const name = (...argv: string[]): string | undefined => {
    const { context, argument } = contextOf(argv);
    return instanceOptions(context, argument).instance;
  };
  expect(name("down", "mercury")).toBe("mercury");
  expect(name("down", "--instance", "venus")).toBe("venus");
  expect(name("down", "venus", "--instance", "venus")).toBe("venus");
  expect(name("down")).toBeUndefined();
});

test("two different names are refused", () => {
  const { context, argument } = contextOf(["down", "mercury", "--instance", "venus"]);
  expect(() => instanceOptions(context, argument)).toThrow("mercury and --instance venus name two instances");
});
