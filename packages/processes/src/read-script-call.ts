import { findPackage, isScriptRunner, type RunnerTarget, readTarget, type WorkspacePackage } from "./read-target.ts";

/** The scripts that a command may call by their names. */
export interface CallableScripts {
  /** Those of the package where it runs. */
  readonly scripts: Readonly<Record<string, string>>;
  /** The packages that a runner may be sent to. @default [] */
  readonly packages?: readonly WorkspacePackage[];
}

/** What a command of a script runner comes to. */
export type ScriptCall =
  | {
      readonly kind: "script";
      /** The script's text. */
      readonly text: string;
      /** What the script itself may call. */
      readonly callable: CallableScripts;
      /** The words that the script gets already. */
      readonly words: readonly string[];
      /** Whether words for the script have to stand after `--`, and none does yet. */
      readonly needsDashes: boolean;
      /** Whether a `--` among the words reaches the script. */
      readonly keepsDashes: boolean;
    }
  | {
      readonly kind: "program";
      /** The words of a program of the project's packages that the runner starts. */
      readonly words: readonly string[];
      readonly callable: CallableScripts;
    };

/**
 * The script that the words of `npm`, `pnpm`, `yarn`, `bun`, `deno task`, `node --run` or `turbo` call, also one of another
 * package of the workspace; `null` when they call none, several, or one that is not among the scripts.
 *
 * Only npm, Node and turbo take what follows the script's name for flags of their own and need `--` before the script's:
 *
 * @see https://docs.npmjs.com/cli/commands/npm-run
 * @see https://nodejs.org/api/cli.html#--run
 * @see https://pnpm.io/cli/run
 * @see https://yarnpkg.com/cli/run
 * @see https://bun.com/docs/cli/run
 * @see https://docs.deno.com/runtime/reference/cli/task/
 * @see https://turborepo.dev/docs/reference/run
 */
export function readScriptCall(words: readonly string[], callable: CallableScripts): ScriptCall | null {
  const [runner, ...rest] = words;
  if (!isScriptRunner(runner) || (runner === "node" && rest[0] !== "--run")) return null;
  const target = readTarget(runner, rest);
  if (target === null) return null;
  if (runner === "turbo") return readTask(target, callable);
  const there = scriptsOf(target, callable);
  if (there === null) return null;
  const { words: own } = target;
  const start = own.findIndex((word) => !word.startsWith("-"));
  const first = own[start];
  if (first === undefined || (runner === "deno" && first !== "task")) return null;
  const isRun = runner === "deno" || (["run", "run-script"].includes(first) && runner !== "node");
  const after = isRun ? own.slice(start + 1) : own.slice(start);
  const nameAt = after.findIndex((word) => !word.startsWith("-"));
  const name = after[nameAt];
  if (name === undefined || (runner === "npm" && !isRun && name !== "start")) return null;
  const tail = after.slice(nameAt + 1);
  const text = Object.hasOwn(there.scripts, name) ? there.scripts[name] : undefined;
  if (text === undefined) {
    const runsPrograms = runner === "yarn" || runner === "pnpm" || (runner === "bun" && isRun);
    return runsPrograms ? { kind: "program", words: [name, ...tail], callable: there } : null;
  }
  const isDashed = runner === "npm" || runner === "node";
  const dashes = tail.indexOf("--");
  return {
    kind: "script",
    text,
    callable: there,
    words: isDashed ? (dashes === -1 ? [] : tail.slice(dashes + 1)) : tail,
    needsDashes: isDashed && dashes === -1,
    keepsDashes: isDashed || runner === "pnpm",
  };
}

function scriptsOf({ to }: RunnerTarget, { scripts, packages = [] }: CallableScripts): CallableScripts | null {
  if (to === null) return { scripts, packages };
  const found = findPackage(packages, to);
  // Its own workspace is not known by folders from there.
  return found === undefined ? null : { scripts: found.scripts };
}

/** turbo runs a task in every package that has a script of its name: which is one script only where one package has it. */
function readTask(target: RunnerTarget, { packages = [] }: CallableScripts): ScriptCall | null {
  const dashes = target.words.indexOf("--");
  const own = dashes === -1 ? target.words : target.words.slice(0, dashes);
  const [name, ...others] = own.filter((word, at) => !word.startsWith("-") && !(at === 0 && word === "run"));
  if (name === undefined || others.length > 0) return null;
  const named = target.to === null ? packages : [findPackage(packages, target.to)];
  const [found, ...more] = named.filter((one) => one !== undefined && Object.hasOwn(one.scripts, name));
  if (found === undefined || more.length > 0) return null;
  return {
    kind: "script",
    text: found.scripts[name] as string,
    callable: { scripts: found.scripts },
    words: dashes === -1 ? [] : target.words.slice(dashes + 1),
    needsDashes: dashes === -1,
    keepsDashes: false,
  };
}
